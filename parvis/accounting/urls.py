from django.urls import path

from .views import accounts, bankfiles, ledger, orders

app_name = "accounting"
urlpatterns = [
    path("payments/", orders.index, name="payments"),
    path("payments/orders/<uuid:uuid>/", orders.order, name="order"),
    path("payments/orders/<uuid:uuid>/release/", orders.release, name="release"),
    path("payments/orders/<uuid:uuid>/withdraw/", orders.withdraw, name="withdraw"),
    path("payments/orders/<uuid:uuid>/sent/", orders.sent, name="sent"),
    path("payments/orders/<uuid:uuid>/file/", orders.file, name="order_file"),
    path("payments/bank-files/", bankfiles.index, name="bank_files"),
    path("payments/bank-files/<uuid:uuid>/", bankfiles.report, name="bank_file"),
    path("ledger/", ledger.index, name="ledger"),
    path("ledger/balance/", ledger.balance, name="balance"),
    path("ledger/vouchers/<uuid:uuid>/", ledger.voucher, name="voucher"),
    path("admin/bank-accounts/", accounts.index, name="centre_accounts"),
    path("admin/bank-accounts/new/", accounts.new, name="new_centre_account"),
    path("admin/bank-accounts/<uuid:uuid>/", accounts.detail, name="centre_account"),
]
