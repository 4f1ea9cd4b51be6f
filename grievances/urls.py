"""Addresses of the loop, by the job of those who use them."""

from django.urls import path

from grievances.views import (
    attachments,
    audit,
    bulk,
    campaigns,
    colleagues,
    dashboard,
    desk,
    exports,
    handover,
    households,
    informants,
    lists,
    notices,
    opinions,
    papers,
    proposals,
    search,
    slipped,
    supervisions,
    visitor,
    visits,
    workload,
    writing,
)
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
    path("households/<int:pk>/", households.household, name="household"),
    path("households/<int:pk>/visit/", visits.visit_household, name="visit-household"),
    # staff
    path("desk/", desk.desk, name="desk"),
    path("desk/proposals/rows/", proposals.proposal_list, name="proposal-list"),
    path("desk/<slug:queue>/", desk.desk_queue, name="desk-queue"),
    path("desk/<slug:queue>/export/", exports.desk_export, name="desk-export"),
    path("many/", bulk.bulk_list, name="bulk-list"),
    path("many/proposals/", proposals.bulk_proposals, name="bulk-proposals"),
    path("many/new/<slug:action>/", bulk.bulk_new, name="bulk-new"),
    path("many/<uuid:key>/", bulk.bulk_order, name="bulk-order"),
    path("desk/<slug:queue>/paper/", papers.desk_paper, name="desk-paper"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/seen/", notices.notices_seen, name="notices-seen"),
    path("people/<int:pk>/handover/", handover.handover, name="handover"),
    # heads of units and coordinators
    path("workload/", workload.workload, name="workload"),
    path("units/<int:pk>/workload/", workload.unit_workload, name="unit-workload"),
    path("units/<int:pk>/colleagues/", colleagues.unit_colleagues, name="unit-colleagues"),
    path("supervisions/", supervisions.supervision_list, name="supervision-list"),
    path("slipped/", slipped.slipped, name="slipped"),
    path("slipped/<slug:kind>/", slipped.slipped_list, name="slipped-list"),
    # opinions
    path("opinions/", lists.opinion_list, name="opinion-list"),
    path("opinions/export/", exports.opinion_export, name="opinion-export"),
    path("opinions/new/", writing.opinion_new, name="opinion-new"),
    path("opinions/<str:number>/", opinions.opinion, name="opinion"),
    path("opinions/<str:number>/like/", proposals.opinion_like, name="opinion-like"),
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
    path("campaigns/", campaigns.campaign_list, name="campaign-list"),
    path("campaigns/new/", campaigns.campaign_edit, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign-edit"),
    path("campaigns/<int:pk>/villages/", campaigns.campaign_villages, name="campaign-villages"),
    path("campaigns/<int:pk>/visits/", campaigns.campaign_visits, name="campaign-visits"),
    path("audit/", audit.audit, name="audit"),
    path("audit/withdrawn/", audit.audit_withdrawn, name="audit-withdrawn"),
    path("audit/rights/", audit.audit_rights, name="audit-rights"),
]
