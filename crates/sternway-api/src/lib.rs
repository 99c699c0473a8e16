//! What people and programs are shown: views of every record, and problem codes.
//!
//! The views are the one JSON schema of the command line and of every server. They are structs of
//! their own, so that a field renamed inside Sternway breaks nobody's program.
//!
//! What holds for all of them: names are `snake_case`; times are RFC 3339 in UTC, and versions and
//! artifacts also give theirs in seconds since 1970; a ratio is from 0 to 1 and says so in its
//! name; a member that has no value is `null` and not left out; a content's bytes are in no list,
//! and in a detail only when they were asked for.
//!
//! ```
//! use sternway_api::TallyView;
//! use sternway_types::Tally;
//!
//! let view = TallyView::from(&Tally::from_parts(3, 1, 1, Vec::new()));
//! assert_eq!((view.total, view.success_ratio), (5, Some(0.75)));
//! ```

mod aging;
mod applied;
mod artifact;
mod attestation;
mod awaiting;
mod baseline;
mod blame;
mod cause;
mod channel;
mod check;
mod commit;
mod compacted;
mod condemnation;
mod content;
mod deployment;
mod diff;
mod doctor;
mod environment;
mod event;
mod explained;
mod exported;
mod guarded;
mod imported;
mod label;
mod latch;
mod list;
mod man;
mod metrics;
mod namespace;
mod open_run;
mod outcome;
mod point;
mod pointer;
mod policy;
mod probe;
mod problem;
mod progress;
mod promoted;
mod published;
mod recorded;
mod recorded_lines;
mod replayed;
mod report;
mod resolved;
mod restored_to;
mod rolled_back;
mod router;
mod setting;
mod signed_head;
mod simulated;
mod stability;
mod status;
mod store;
mod supervised;
mod tally;
mod tree;
mod undone;
mod upgraded;
mod validated;
mod verdict;
mod version;

pub use crate::{
    aging::{AgingView, SignView},
    applied::{AppliedItemView, AppliedView},
    artifact::ArtifactView,
    attestation::{AttestationView, FindingView},
    awaiting::{AwaitingView, WaitsFor},
    baseline::{BaselineView, BreachesView, TestView},
    blame::{BlameKind, BlameView, WrittenView},
    cause::CauseView,
    channel::{
        AttemptView, ChannelChangedView, ChannelDetailView, ChannelSkippedView, ChannelTestedView,
        ChannelView, DeliveryView, LostView, NotifiedView, OutboxView, WaitingView,
    },
    check::{CandidateStandingView, CheckView, StandingView},
    commit::{ChangeView, CommitView, RecordView},
    compacted::{CompactedView, FileSizeView, FloorView, NamespaceFloorView},
    condemnation::{CondemnationView, CondemnedView},
    content::{BodyView, ContentView},
    deployment::{
        ApprovalView, ArmView, CandidateView, DeploymentBackView, DeploymentView, MemberView,
        ObjectionView, PlanView, RouteView, WaiverView,
    },
    diff::{DiffKind, DiffStatView, DiffView, SideView},
    doctor::{CheckupView, DoctorView, Health},
    environment::{
        EnvironmentChangedView, EnvironmentCreatedView, EnvironmentDetailView, EnvironmentView,
        FreezeView, StepsView, WindowView,
    },
    event::{CloudEventView, EventMemberView, EventView, Told, told},
    explained::{DecidingView, ExplanationView, PresetView, ProvenView},
    exported::ExportedView,
    guarded::{GuardEndingView, GuardedView},
    imported::{
        FileStatusView, ImportedBundleView, ImportedFileView, ImportedFolderView,
        ImportedHistoryView, LeftOutView,
    },
    label::LabelView,
    latch::{LatchActionView, LatchView},
    list::ListView,
    man::ManView,
    metrics::{
        ComparedView, ComparisonView, MeasuredVersionView, MetricView, MetricsView, ValueView,
    },
    namespace::{NamespaceCreatedView, NamespaceDetailView, NamespaceView},
    open_run::{BegunView, OpenRunView},
    outcome::{OutcomeView, SubjectView},
    point::{
        EmergencyView, PointDetailView, PointLiveView, PointPassedOverView, PointPolicyView,
        PointTakenView, PointUsedView, PointView, UnroutedView,
    },
    pointer::{LiveView, MoveView, PointerKind, PointerView, TriggerView},
    policy::{
        EffectivePolicyView, PolicyFromView, PolicyPassedOverView, PolicySetView, PolicyUnsetView,
        PolicyView, RuleView, RulesView, error_rate,
    },
    probe::{ProbeView, ProbedView},
    problem::{Problem, ProblemCode},
    progress::{
        ArmProgressView, DeploymentProgressView, MemberProgressView, ProgressView, ShareView,
    },
    promoted::PromotedView,
    published::{LandingView, PublishedView},
    recorded::{ReactionView, RecordedView},
    recorded_lines::{BadLineView, RecordedLinesView, SubjectRecordedView},
    replayed::{ReplayedStayView, ReplayedView},
    report::{DamageView, ReportView},
    resolved::{MatchedView, ResolvedView},
    restored_to::{RestoredToView, WentBackView},
    rolled_back::{RestoredView, RollbackView},
    router::{
        CapabilitiesView, RoutedView, RouterDetailView, RouterView, RouterWithdrawnView, StepView,
        WithdrawalView, WithdrawnView, WithdrewView,
    },
    setting::{PassedOverView, SettingSetView, SettingView, SettingsFileView, SettingsView},
    signed_head::{HeadKeyView, SignedHeadView},
    simulated::{SimulatedRunsView, SimulatedView},
    stability::{StabilityView, StableVersionView},
    status::{
        EnvironmentHealthView, EnvironmentStatusView, LiveStatusView, RollbackEventView, StatusView,
    },
    store::StoreView,
    supervised::SupervisedView,
    tally::TallyView,
    tree::{
        EntryKind, PathDiffView, TreeDiffView, TreeEntryView, TreePathView, TreeSizeView,
        TreeStatView, TreeView, WrittenFolderView,
    },
    undone::UndoneView,
    upgraded::{RepackedView, UpgradedView},
    validated::{CheckResultView, CheckedView, ValidatedView, ViolationView},
    verdict::{
        EvidenceView, MeasureView, MeasuredView, ObservationView, RegressionView, VerdictView,
    },
    version::{DependentsView, HistoryEntryView, StayView, VersionDetailView, VersionView},
};
