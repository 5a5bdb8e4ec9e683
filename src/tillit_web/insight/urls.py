"""Addresses of insight."""

from __future__ import annotations

from django.urls import path

from tillit_web.insight.credit import employees, goals, statement, who, without
from tillit_web.insight.views import (
    customer,
    friction,
    funnel,
    home,
    journeys,
    near,
    own_way,
    paths,
    promises,
    stages,
    ways,
)
from tillit_web.insight.views import map as map_views

app_name = "insight"
urlpatterns = [
    path("home/", home.show_home, name="home"),
    path("journeys/", map_views.show_map, name="map"),
    path("journeys/stages/", stages.show_stages, name="stages"),
    path("journeys/funnel/", funnel.show_funnel, name="funnel"),
    path("journeys/paths/", paths.show_paths, name="paths"),
    path("journeys/ways/", ways.show_ways, name="ways"),
    path("journeys/where-it-hurts/", friction.show_friction, name="friction"),
    path("journeys/where-it-hurts/table.csv", friction.export_friction, name="friction_csv"),
    path("journeys/where-it-hurts/natural-end/", friction.declare_natural_end, name="natural_end"),
    path("journeys/where-it-hurts/promises/", promises.show_promises, name="promises"),
    path("journeys/our-way/", own_way.show_our_way, name="our_way"),
    path("journeys/behind/", journeys.show_journeys, name="journeys"),
    path("journeys/find/", customer.find_customer, name="find"),
    path("journeys/customer/<slug:person>/", customer.show_customer, name="customer"),
    path("journeys/customer/<slug:person>/contacts/", customer.show_contacts, name="contacts"),
    path("meetings/near/", near.show_near, name="near"),
    path("meetings/near/switch/", near.switch_near, name="near_switch"),
    path("meetings/near/again/", near.judge_again, name="near_again"),
    path("credit/", who.show_who, name="credit"),
    path("credit/without/", without.show_without, name="credit_without"),
    path("credit/statement/", statement.show_statement, name="credit_statement"),
    path("credit/statement.csv", statement.export_statement, name="credit_statement_file"),
    path("credit/goal/", goals.write_goal, name="credit_goal"),
    path("credit/goal/<int:goal>/talked/", goals.talked_about, name="credit_goal_talked"),
    path("credit/goal/<int:goal>/end/", goals.end_goal, name="credit_goal_end"),
    path("settings/employees/", employees.show_employees, name="employees"),
]
