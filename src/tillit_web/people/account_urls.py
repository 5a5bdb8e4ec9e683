"""allauth's addresses that we use, under the names allauth looks for; the rest of allauth is not reachable.

Signing up, changing the address and resetting by mail lead to one page that says what to do instead.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path

from tillit_web.people.views import sign_up_closed

urlpatterns = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("ask/sign-up/", sign_up_closed, name="account_signup"),
    path("ask/password/", sign_up_closed, name="account_reset_password"),
    path("ask/password/set/", sign_up_closed, name="account_set_password"),
    path("ask/email/", sign_up_closed, name="account_email"),
    path("ask/email/sent/", sign_up_closed, name="account_email_verification_sent"),
    path("two-steps/", mfa.index, name="mfa_index"),
    path("two-steps/sign-in/", mfa.authenticate, name="mfa_authenticate"),
    path("two-steps/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("two-steps/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("two-steps/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("two-steps/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("two-steps/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("two-steps/codes/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
]
