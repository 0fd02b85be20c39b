"""Addresses of sources."""

from django.urls import path

from simpul.portal.sources import set_up_views, views

urlpatterns = [
    path("sumber/", views.show_sources, name="sources"),
    path("layanan/<slug:context>/data/<slug:name>/sumber/baru/", set_up_views.add_source, name="source_add"),
    path("sumber/<int:source_id>/", views.show_source, name="source"),
    path("sumber/<int:source_id>/tindakan/", views.act_on_source, name="source_act"),
    path("sumber/<int:source_id>/sambungan/", set_up_views.change_source, name="source_change"),
    path("sumber/<int:source_id>/uji/", set_up_views.check_source, name="source_test"),
    path("sumber/<int:source_id>/kolom/", set_up_views.map_source, name="source_map"),
    path("sumber/<int:source_id>/jadwal/", set_up_views.schedule_source, name="source_schedule"),
    path("pengaturan/alamat-keluar/", views.list_allowances, name="allowances"),
    path("pengaturan/alamat-keluar/<int:allowance_id>/hapus/", views.remove_allowance, name="allowance_remove"),
]
