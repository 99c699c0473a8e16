//! A failure as programs get it.

use serde_json::{Map, Value, json};
use sternway::{
    api::{Problem, ViolationView},
    control::{ControlError, validate::FailedCheck},
    store::{Conflict, Contested, StoreError},
    types::{ContentError, JsonProblem},
};

use super::CliError;

impl CliError {
    /// The problem document.
    pub(crate) fn problem(&self) -> Problem {
        if let Self::Problem(problem) = self {
            return problem.as_ref().clone();
        }
        let mut problem = Problem::new(self.code(), self.chain().join(": "));
        problem.help = self.help();
        problem.members = self.members();
        problem
    }

    fn members(&self) -> Map<String, Value> {
        let members = match self {
            Self::Hinted(hinted) => return hinted.failure.members(),
            Self::Sternway(sternway::Error::Control(err)) => of_control(err),
            Self::Sternway(sternway::Error::Content(ContentError::Json(err))) => {
                let duplicate = err.problem == JsonProblem::DuplicateMember;
                json!({"line": err.line, "column": err.column, "pointer": err.pointer,
                    "duplicate_member": duplicate})
            }
            Self::Sternway(_)
            | Self::NoStore { .. }
            | Self::NoNamespace { .. }
            | Self::Open { .. }
            | Self::File { .. }
            | Self::Problem(_)
            | Self::Output(_)
            | Self::Runtime(_) => Value::Null,
        };
        if let Value::Object(members) = members { members } else { Map::new() }
    }
}

fn of_control(err: &ControlError) -> Value {
    if let ControlError::Store(StoreError::Conflict(conflict)) = err {
        return of_conflict(conflict);
    }
    if let ControlError::Store(StoreError::Compacted { oldest, oldest_at, .. }) = err {
        return json!({"oldest_revision": oldest, "oldest_at": oldest_at});
    }
    if let ControlError::NotLive { artifact, environment } = err {
        return json!({"artifact": artifact, "environment": environment});
    }
    if let ControlError::NoGoodVersion { artifact, environment, live } = err {
        return json!({"artifact": artifact, "environment": environment, "live": live});
    }
    if let ControlError::ChecksFailed(failed) = err {
        return json!({"failed": failed.iter().map(of_check).collect::<Vec<_>>()});
    }
    if let ControlError::NotChecked { artifact, check, .. } = err {
        return json!({"artifact": artifact, "check": check});
    }
    if let ControlError::NotTakenBack { artifact, version, environment, reason, .. } = err {
        return json!({
            "artifact": artifact, "version": version, "environment": environment, "reason": reason,
        });
    }
    if let ControlError::NoHealthyPoint { environment, looked_at } = err {
        let looked_at = looked_at.iter().map(|it| {
            json!({
                "id": it.point, "revision": it.revision, "at": it.at, "why": it.why.to_string(),
            })
        });
        return json!({"environment": environment, "looked_at": looked_at.collect::<Vec<_>>()});
    }
    // The detail says it all.
    Value::Null
}

fn of_check(failed: &FailedCheck) -> Value {
    let violations = failed.violations.shown().iter().map(ViolationView::from);
    json!({
        "artifact": failed.artifact, "check": failed.name,
        "violations": violations.collect::<Vec<_>>(), "more_violations": failed.violations.more(),
    })
}

fn of_conflict(conflict: &Conflict) -> Value {
    let mut members = match &conflict.contested {
        Contested::Pointer { artifact, name, expected, found, version } => json!({
            "artifact": artifact, "pointer": name, "expected_generation": expected,
            "actual_generation": found, "actual_version": version,
        }),
        Contested::Latest { artifact, expected, found } => json!({
            "artifact": artifact, "expected_version": expected, "actual_version": found,
        }),
        Contested::SameContent { artifact, version } => {
            json!({"artifact": artifact, "actual_version": version})
        }
        Contested::Record { key, expected, found } => json!({
            "record": key.to_string(), "expected_generation": expected, "actual_generation": found,
        }),
    };
    if let (Some(last), Some(members)) = (&conflict.last, members.as_object_mut()) {
        members.insert("by".into(), last.by.to_string().into());
        members.insert("at".into(), last.at.to_string().into());
        members.insert("revision".into(), last.revision.get().into());
    }
    members
}
