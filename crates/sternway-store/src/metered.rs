//! A store that is measured.

use std::{sync::Arc, time::Instant};

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use sternway_types::RecordKind;

use crate::{
    Contested, Store, StoreError,
    decorate::{Answer, Call, decorate},
};

const SECONDS: &str = "sternway_store_op_duration_seconds";
const CONFLICTS: &str = "sternway_conflicts_total";
const DAMAGE: &str = "sternway_integrity_failures_total";

/// Wraps a store so that its calls are measured through the [`metrics`] facade: whoever installs a
/// recorder decides where the numbers go.
///
/// | metric | labels | what it is |
/// |---|---|---|
/// | `sternway_store_op_duration_seconds` | `backend`, `op` | a histogram: how long a call took, also one that failed |
/// | `sternway_conflicts_total` | `resource` | lost races: `pointer`, `version`, or the kind of a record |
/// | `sternway_integrity_failures_total` | `kind` | damage: met by a call (`read`), or named by `verify` |
///
/// Every label has few values, however many artifacts there are. `wait` is not timed: it lasts as long
/// as nothing happens. A call that is given up before its answer is not counted.
#[derive(Debug)]
pub struct Metered {
    inner: Arc<dyn Store>,
    backend: &'static str,
}

impl Metered {
    /// Measures the calls of this store; `backend` is its label, such as `redb`. The metrics are
    /// described to the recorder that is installed by now.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, backend: &'static str) -> Self {
        describe_histogram!(SECONDS, Unit::Seconds, "How long a call of the store took");
        describe_counter!(CONFLICTS, Unit::Count, "Writes that lost a race");
        describe_counter!(DAMAGE, Unit::Count, "Stored values that are not what was written");
        Self { inner, backend }
    }

    async fn around<T: Answer>(
        &self,
        call: Call<'_>,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        #[expect(clippy::disallowed_methods, reason = "what is measured is this very process")]
        let began = Instant::now();
        let answer = answer.await;
        if call.op != "wait" {
            let op = histogram!(SECONDS, "backend" => self.backend, "op" => call.op);
            op.record(began.elapsed());
        }
        match &answer {
            Ok(answer) if answer.damaged() > 0 => {
                counter!(DAMAGE, "kind" => "verify").increment(answer.damaged());
            }
            Err(StoreError::Conflict(conflict)) => {
                let resource = resource(&conflict.contested);
                counter!(CONFLICTS, "resource" => resource).increment(1);
            }
            Err(StoreError::Corrupt { .. }) => counter!(DAMAGE, "kind" => "read").increment(1),
            Ok(_) | Err(_) => (),
        }
        answer
    }
}

const fn resource(contested: &Contested) -> &'static str {
    match contested {
        Contested::Pointer { .. } => "pointer",
        Contested::Latest { .. } | Contested::SameContent { .. } => "version",
        Contested::Record { key, .. } => match key.kind() {
            RecordKind::Namespace => "namespace",
            RecordKind::Environment => "environment",
            RecordKind::Policy => "policy",
            RecordKind::Condemnation => "condemnation",
            RecordKind::Attestation => "attestation",
            RecordKind::Latch => "verdict",
            RecordKind::Baseline => "baseline",
            RecordKind::Deployment => "deployment",
            RecordKind::Route => "route",
            RecordKind::Point => "point",
            RecordKind::Channel => "channel",
            RecordKind::Outbox => "outbox",
        },
    }
}

decorate!(Metered);
