"""Addresses of the ground: accounts, people, help."""

from django.urls import path

from villages.views import accounts, jobs, people

urlpatterns = [
    path("sign-in/", accounts.SignIn.as_view(), name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("password/", accounts.PasswordChange.as_view(), name="password-change"),
    path("help/", accounts.help_page, name="help"),
    path("people/", people.people, name="people"),
    path("jobs/", jobs.jobs, name="jobs"),
]
