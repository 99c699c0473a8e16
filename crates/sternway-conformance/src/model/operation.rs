//! Random stories: steps that mean something in whatever state they are taken.
//!
//! A step names things by small numbers, so that different steps meet on the same things, and so
//! that a failing story stays readable when it is made shorter.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
};

use super::sketch::CONTENTS;

/// How many numbers stand for versions: the last one for a version that is not there.
pub(super) const VERSIONS: u8 = 8;

/// Which generation a precondition asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lock {
    /// None.
    Open,
    /// The one that is there.
    Right,
    /// One that is gone.
    Stale,
    /// One that is not there yet.
    Ahead,
}

/// Whose pointer, and which.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PointerSketch {
    pub(crate) artifact: u8,
    pub(crate) name: u8,
}

/// A record, by its kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RecordSketch {
    Environment {
        id: u8,
        protection: u8,
    },
    Settings {
        environment: u8,
    },
    Policy {
        scope: u8,
        setting: u8,
    },
    Condemnation {
        artifact: u8,
        environment: u8,
        version: u8,
    },
    Attestation {
        artifact: u8,
        version: u8,
        name: u8,
    },
    Latch {
        artifact: u8,
        environment: u8,
        generation: u8,
        version: u8,
    },
    /// What a version is held against.
    Baseline {
        artifact: u8,
        environment: u8,
        generation: u8,
        version: u8,
        against: u8,
    },
    /// A deployment that begins, or goes on if it is there.
    Deployment {
        id: u8,
        artifact: u8,
        environment: u8,
        version: u8,
        turn: u8,
    },
    /// A route of a deployment that may not be there.
    Route {
        id: u8,
        artifact: u8,
        environment: u8,
        version: u8,
        percent: u8,
    },
    /// A rollback point of a revision that may not be there, or one that was used.
    Point {
        id: u8,
        environment: u8,
        back: u8,
        used: u8,
    },
    /// A channel that may be told about an environment.
    Channel {
        id: u8,
        environment: u8,
    },
    /// How far a channel was told, which may not be there.
    Outbox {
        id: u8,
        revision: u8,
    },
}

/// One outcome of an append.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutcomeSketch {
    pub(crate) id: u8,
    pub(crate) subject: u8,
    pub(crate) status: u8,
    /// How many seconds before it arrives it ended; less than nothing is in the future.
    pub(crate) ago: i8,
}

/// An append: runs are opened under the names of outcomes.
#[derive(Clone, Debug)]
pub(crate) struct AppendSketch {
    pub(crate) outcomes: Vec<OutcomeSketch>,
    pub(crate) openings: Vec<OutcomeSketch>,
    pub(crate) mark: Option<(u8, u8)>,
    /// With whose failures it is noted how far which logs were.
    pub(crate) noting: Vec<(u8, Vec<u8>)>,
}

/// What is done.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// Adds a version, perhaps with parents, perhaps one that depends on an artifact, perhaps only
    /// if it is another content.
    Publish {
        artifact: u8,
        content: u8,
        parents: Option<Vec<u8>>,
        depends_on: Option<u8>,
        lock: Lock,
    },
    /// Adds versions of several artifacts and makes them live together.
    Release { contents: Vec<u8>, environment: u8, lock: Lock },
    /// Moves a pointer to a version, which may not exist.
    Move { pointer: PointerSketch, to: u8, lock: Lock, automation: bool, force: bool },
    /// Takes a pointer away, which may be none of a label.
    Unlabel { pointer: PointerSketch, lock: Lock },
    /// Writes a record.
    Put { record: RecordSketch, lock: Lock },
    /// Takes a record away.
    Delete { record: RecordSketch, lock: Lock },
    /// Sends an earlier changeset again, perhaps with another body.
    Repeat { which: u8, altered: bool },
    /// Counts outcomes, opens runs, and marks how far a subject was judged.
    Append(AppendSketch),
    /// Lets go of the past before a revision, which may not be there yet, or be gone already.
    Compact { before: u8 },
}

/// What becomes of the store right after an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum After {
    /// It goes on.
    Nothing,
    /// It is closed and opened again.
    Restart,
    /// It ends without being closed, and is opened again.
    Crash,
}

/// What is done, and how many seconds pass before.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) pass: i8,
    pub(crate) operation: Operation,
    pub(crate) after: After,
}

fn lock() -> impl Strategy<Value = Lock> {
    prop_oneof![
        3 => Just(Lock::Open),
        3 => Just(Lock::Right),
        1 => Just(Lock::Stale),
        1 => Just(Lock::Ahead),
    ]
}

fn pointer() -> impl Strategy<Value = PointerSketch> {
    (0..5_u8, 0..10_u8).prop_map(|(artifact, name)| PointerSketch { artifact, name })
}

/// Mostly labels.
fn label() -> impl Strategy<Value = PointerSketch> {
    (0..5_u8, 6..10_u8).prop_map(|(artifact, name)| PointerSketch { artifact, name })
}

fn record() -> impl Strategy<Value = RecordSketch> {
    let (artifact, environment, version) = (0..5_u8, 0..8_u8, 0..VERSIONS);
    prop_oneof![
        2 => (0..8_u8, 0..8_u8)
            .prop_map(|(id, protection)| RecordSketch::Environment { id, protection }),
        1 => environment.clone().prop_map(|environment| RecordSketch::Settings { environment }),
        1 => (0..5_u8, 0..5_u8).prop_map(|(scope, setting)| RecordSketch::Policy { scope, setting }),
        8 => (artifact.clone(), environment.clone(), version.clone()).prop_map(
            |(artifact, environment, version)| RecordSketch::Condemnation {
                artifact, environment, version
            }
        ),
        2 => (artifact.clone(), version.clone(), 0..3_u8).prop_map(
            |(artifact, version, name)| RecordSketch::Attestation { artifact, version, name }
        ),
        1 => (artifact.clone(), environment.clone(), 0..4_u8, version.clone()).prop_map(
            |(artifact, environment, generation, version)| RecordSketch::Latch {
                artifact, environment, generation, version
            }
        ),
        3 => (0..3_u8, artifact.clone(), environment.clone(), version.clone(), 0..8_u8).prop_map(
            |(id, artifact, environment, version, turn)| RecordSketch::Deployment {
                id, artifact, environment, version, turn
            }
        ),
        3 => (0..3_u8, artifact.clone(), environment.clone(), version.clone(), 0..120_u8).prop_map(
            |(id, artifact, environment, version, percent)| RecordSketch::Route {
                id, artifact, environment, version, percent
            }
        ),
        3 => (0..3_u8, environment.clone(), 0..6_u8, 0..3_u8).prop_map(
            |(id, environment, back, used)| RecordSketch::Point { id, environment, back, used }
        ),
        1 => (0..2_u8, environment.clone()).prop_map(
            |(id, environment)| RecordSketch::Channel { id, environment }
        ),
        3 => (0..2_u8, 0..20_u8).prop_map(|(id, revision)| RecordSketch::Outbox { id, revision }),
        1 => (artifact, environment, 0..4_u8, version.clone(), version).prop_map(
            |(artifact, environment, generation, version, against)| RecordSketch::Baseline {
                artifact, environment, generation, version, against
            }
        ),
    ]
}

fn outcome() -> impl Strategy<Value = OutcomeSketch> {
    let parts = (0..40_u8, any::<u8>(), 0..64_u8, -2..20_i8);
    parts.prop_map(|(id, subject, status, ago)| OutcomeSketch { id, subject, status, ago })
}

fn operation() -> impl Strategy<Value = Operation> {
    let parents = proptest::option::weighted(0.3, vec(0..VERSIONS, 0..3));
    let depends_on = proptest::option::weighted(0.4, 0..5_u8);
    let publish = (0..5_u8, 0..CONTENTS, parents, depends_on, lock());
    let moves = (pointer(), 0..VERSIONS, lock(), any::<bool>(), proptest::bool::weighted(0.3));
    let mark = proptest::option::weighted(0.4, (any::<u8>(), 0..12_u8));
    let noting = vec((any::<u8>(), vec(any::<u8>(), 0..4)), 0..4);
    prop_oneof![
        6 => publish.prop_map(|(artifact, content, parents, depends_on, lock)| {
            Operation::Publish { artifact, content, parents, depends_on, lock }
        }),
        2 => (vec(0..CONTENTS, 1..4), 0..8_u8, lock()).prop_map(
            |(contents, environment, lock)| Operation::Release { contents, environment, lock }
        ),
        8 => moves.prop_map(|(pointer, to, lock, automation, force)| Operation::Move {
            pointer, to, lock, automation, force
        }),
        3 => (label(), lock()).prop_map(|(pointer, lock)| Operation::Unlabel { pointer, lock }),
        6 => (record(), lock()).prop_map(|(record, lock)| Operation::Put { record, lock }),
        2 => (record(), lock()).prop_map(|(record, lock)| Operation::Delete { record, lock }),
        2 => (any::<u8>(), proptest::bool::weighted(0.3)).prop_map(
            |(which, altered)| Operation::Repeat { which, altered }
        ),
        5 => (vec(outcome(), 0..8), vec(outcome(), 0..3), mark, noting).prop_map(
            |(outcomes, openings, mark, noting)| {
                Operation::Append(AppendSketch { outcomes, openings, mark, noting })
            }
        ),
        1 => any::<u8>().prop_map(|before| Operation::Compact { before }),
    ]
}

/// Stories of this many steps in the mean.
pub(crate) fn steps(count: usize) -> impl Strategy<Value = Vec<Step>> {
    let pass = prop_oneof![4 => 0..30_i8, 1 => -60..0_i8];
    let after = prop_oneof![
        18 => Just(After::Nothing),
        1 => Just(After::Restart),
        1 => Just(After::Crash),
    ];
    let step = (pass, operation(), after);
    let step = step.prop_map(|(pass, operation, after)| Step { pass, operation, after });
    vec(step, 1..count * 2)
}
