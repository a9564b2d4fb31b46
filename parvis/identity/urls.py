from django.urls import path

from .views import account, admin, enrol, signin

app_name = "identity"

urlpatterns = [
    path("account/login/", signin.login, name="login"),
    path("account/second-factor/", signin.second_factor, name="second_factor"),
    path("account/enrol/passkey-options/", signin.passkey_options, name="enrol_options"),
    path("account/passkey-options/", signin.passkey_options, name="passkey_options"),
    path("account/logout/", signin.logout, name="logout"),
    path("account/link/<str:token>/", signin.one_time_link, name="link"),
    path("account/enrol/", enrol.enrol, name="enrol"),
    path("account/enrol/app/", enrol.enrol_app, name="enrol_app"),
    path("account/enrol/passkey/", enrol.enrol_passkey, name="enrol_passkey"),
    path("account/enrol/codes/", enrol.codes, name="codes"),
    path("account/codes/", enrol.renew_codes, name="renew_codes"),
    path("account/factors/<uuid:uuid>/remove/", enrol.remove_factor, name="remove_factor"),
    path("account/", account.account, name="account"),
    path("account/preferences/", account.preferences, name="preferences"),
    path("account/password/", account.password, name="password"),
    path("account/sessions/end-others/", account.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:uuid>/end/", account.end_session, name="end_session"),
    path("admin/", admin.accounts, name="accounts"),
    path("admin/accounts/new/", admin.new_account, name="new_account"),
    path("admin/accounts/<uuid:uuid>/", admin.account, name="admin_account"),
    path("admin/accounts/<uuid:uuid>/grant/", admin.grant, name="grant"),
    path("admin/accounts/<uuid:uuid>/link/", admin.link, name="issue_link"),
    path("admin/accounts/<uuid:uuid>/reset-factors/", admin.reset_factors, name="reset_factors"),
    path("admin/accounts/<uuid:uuid>/active/", admin.set_active, name="set_active"),
    path("admin/grants/<uuid:uuid>/revoke/", admin.revoke, name="revoke"),
    path("admin/units/", admin.units, name="units"),
    path("admin/units/new/", admin.new_unit, name="new_unit"),
    path("admin/units/<uuid:uuid>/", admin.unit, name="unit"),
]
