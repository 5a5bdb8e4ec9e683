"""Address of the page *Skills*."""

from __future__ import annotations

from django.urls import path

from tillit_web.desk import skills_views

app_name = "skills"
urlpatterns = [path("", skills_views.show_skills, name="overview")]
