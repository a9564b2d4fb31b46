"""The URL table of a demonstration: the product's, and the role bar's route."""

from django.urls import include, path

from parvis.config.urls import urlpatterns as product

urlpatterns = [*product, path("", include("parvis.identity.demo_urls"))]
