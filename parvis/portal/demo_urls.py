"""In the URL table of a demonstration only."""

from django.urls import path

from .views import demo

app_name = "demo_citizen"

urlpatterns = [path("demo/citizen/", demo.sign_in, name="sign_in")]
