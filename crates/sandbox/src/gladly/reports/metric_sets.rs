//! The reports there are, by name.

/// The 2025 description's, both forms of those with a version, and the one that 2026 adds.
#[rustfmt::skip]
const METRIC_SETS: &[&str] = &[
    "AgentAwayTimeReport", "AgentDurationsReport", "AgentDurationsReportV2", "AgentLoginTimeReport", "AgentSummary", "AgentSummaryV2",
    "AgentSummaryGlanceReport", "AgentSummaryGlanceReportV2", "AgentTimestampsReport", "FirstContactResolutionByAgentV2Report",
    "PaymentsByAgentReport", "WorkSessionEventsReportV3", "WorkSessionEventsReportV4", "WorkSessionsReport", "WorkSessionsReportV3",
    "AnswerUsageReport", "AnswerUsageByAgentReport", "ChannelMixReportV2", "ChannelWaitTimeReport", "ChannelWaitTimeReportV2",
    "ContactExportReport", "ContactExportReportV2", "ContactExportReportV3", "ContactSummaryReport", "ContactSummaryReportV2",
    "ContactSummaryCountsReport", "ContactSummaryDurationsReport", "ContactSummaryDurationsReportV2", "ContactTimestampsReport",
    "ConversationExportReport", "ConversationSummaryReport", "ConversationTimestampsReport", "AbandonedCallsInIVRReport",
    "AutoThrottleMissedConversationsReport", "IVRExecutiveSummaryReportV2", "IvrEndStatesReportV2", "PaymentsSummaryReport",
    "ProactiveVoiceSummaryReport", "TopicHierarchyReport", "TaskExportReport", "TaskSummaryReport", "TaskTimestampsReport",
    "TopicSummaryReport", "AutoThrottleChangesReport", "ChatDisplayPctChangesReport", "HelpCenterAnswerSearchReport",
    "HelpCenterAnswerUsageReport", "QuickActionsUsageReport", "SelfServiceThreadsReport", "SidekickAssistsByClassificationTopicReport",
    "GladAppAnswerSearchReport", "GladAppAnswerUsageReport", "GladAppContactPointsReport",
];

pub(super) fn is_known(metric_set: &str) -> bool {
    METRIC_SETS.contains(&metric_set)
}

/// Reports about the telephone menu, which are made for one phone number. Assumed: those whose name says so.
pub(super) fn is_of_ivr(metric_set: &str) -> bool {
    metric_set.to_ascii_lowercase().contains("ivr")
}
