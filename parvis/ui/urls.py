from django.urls import path

from parvis.ui import views

app_name = "ui"

urlpatterns = [
    path("language/", views.language, name="language"),
    path("past/", views.past_day, name="past"),
    path("past/end/", views.past_end, name="past_end"),
    path("typed/", views.typed_forms, name="typed"),
    path("theme/", views.theme, name="theme"),
    path("favicon.ico", views.icon, name="icon"),
    path("gallery/", views.gallery, name="gallery"),
]
