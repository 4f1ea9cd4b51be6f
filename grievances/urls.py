"""Addresses of the loop, by the job of those who use them."""

from django.urls import path

from grievances.views import (
    attachments,
    audit,
    bulk,
    calling,
    campaigns,
    chosen,
    dashboard,
    desk,
    files,
    handover,
    households,
    informants,
    lists,
    notices,
    opinions,
    papers,
    search,
    slipped,
    visitor,
    visits,
    workload,
    writing,
)
from grievances.views.exports import EXPORT_VIEWS
from grievances.views.home import home
from grievances.views.steps import STEP_VIEWS

urlpatterns = [
    path("", home, name="home"),
    path("search/", search.search, name="search"),
    # visitors
    path("visits/", visitor.visitor_home, name="visitor-home"),
    path("visits/seen/", visitor.changes_seen, name="changes-seen"),
    path("visits/new/", visits.visit_new, name="visit-new"),
    path("visits/<uuid:key>/", visits.visit, name="visit"),
    path("households/", households.household_list, name="household-list"),
    path("households/export/", EXPORT_VIEWS["household-export"], name="household-export"),
    path("households/<int:pk>/", households.household, name="household"),
    path("households/<int:pk>/visit/", visits.visit_household, name="visit-household"),
    # staff
    path("desk/", desk.desk, name="desk"),
    path("desk/<slug:queue>/", desk.desk_queue, name="desk-queue"),
    path("desk/<slug:queue>/export/", EXPORT_VIEWS["desk-export"], name="desk-export"),
    path("many/", bulk.bulk_list, name="bulk-list"),
    path("many/new/<slug:action>/", bulk.bulk_new, name="bulk-new"),
    path("many/<uuid:key>/", bulk.bulk_order, name="bulk-order"),
    path("many/<uuid:key>/export/", EXPORT_VIEWS["bulk-order-export"], name="bulk-order-export"),
    path("many/call-backs/", calling.call_backs, name="call-backs"),
    path("many/paper/", chosen.chosen_paper, name="chosen-paper"),
    path("many/export/", chosen.chosen_export, name="chosen-export"),
    path("desk/<slug:queue>/paper/", papers.desk_paper, name="desk-paper"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/seen/", notices.notices_seen, name="notices-seen"),
    path("files/", files.made_file_list, name="made-file-list"),
    path("files/<uuid:key>/", files.made_file, name="made-file"),
    path("files/<uuid:key>/download/", files.made_file_get, name="made-file-get"),
    path("people/<int:pk>/handover/", handover.handover, name="handover"),
    path("people/export/", EXPORT_VIEWS["people-export"], name="people-export"),
    # heads of units and coordinators
    path("workload/", workload.workload, name="workload"),
    path("workload/export/", EXPORT_VIEWS["workload-export"], name="workload-export"),
    path("units/<int:pk>/workload/", workload.unit_workload, name="unit-workload"),
    path("slipped/", slipped.slipped, name="slipped"),
    path("slipped/<slug:kind>/", slipped.slipped_list, name="slipped-list"),
    path("slipped/<slug:kind>/export/", EXPORT_VIEWS["slipped-export"], name="slipped-export"),
    # opinions
    path("opinions/", lists.opinion_list, name="opinion-list"),
    path("opinions/export/", EXPORT_VIEWS["opinion-export"], name="opinion-export"),
    path("opinions/new/", writing.opinion_new, name="opinion-new"),
    path("opinions/<str:number>/", opinions.opinion, name="opinion"),
    path("opinions/<str:number>/receipt/", opinions.opinion_receipt, name="opinion-receipt"),
    path("opinions/<str:number>/paper/", papers.opinion_paper, name="opinion-paper"),
    path("opinions/<str:number>/dispatch-slip/", papers.opinion_dispatch_slip, name="opinion-dispatch-slip"),
    path("opinions/<str:number>/informant/", informants.opinion_informant, name="opinion-informant"),
    *(
        path(f"opinions/<str:number>/{verb.value.replace('_', '-')}/", view, name=verb.address)
        for verb, view in STEP_VIEWS.items()
    ),
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    # leaders and auditors
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<slug:code>/", dashboard.dashboard, name="dashboard-place"),
    path(
        "dashboard/<slug:code>/export/<slug:table>/",
        EXPORT_VIEWS["dashboard-export"],
        name="dashboard-export",
    ),
    path("campaigns/", campaigns.campaign_list, name="campaign-list"),
    path("campaigns/new/", campaigns.campaign_edit, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign-edit"),
    path("campaigns/<int:pk>/villages/", campaigns.campaign_villages, name="campaign-villages"),
    path(
        "campaigns/<int:pk>/villages/export/",
        EXPORT_VIEWS["campaign-villages-export"],
        name="campaign-villages-export",
    ),
    path("campaigns/<int:pk>/visits/", campaigns.campaign_visits, name="campaign-visits"),
    path(
        "campaigns/<int:pk>/visits/export/",
        EXPORT_VIEWS["campaign-visits-export"],
        name="campaign-visits-export",
    ),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", EXPORT_VIEWS["audit-export"], name="audit-export"),
    path("audit/withdrawn/", audit.audit_withdrawn, name="audit-withdrawn"),
    path("audit/withdrawn/export/", EXPORT_VIEWS["audit-withdrawn-export"], name="audit-withdrawn-export"),
    path("audit/rights/", audit.audit_rights, name="audit-rights"),
    path("audit/rights/export/", EXPORT_VIEWS["audit-rights-export"], name="audit-rights-export"),
]
