//! Who did something, as people know them.

use sternway::types::{Actor, ActorKind};

/// People are known by their names; that somebody is none is said.
pub(crate) fn by(actor: &Actor) -> String {
    match actor.kind() {
        ActorKind::Human => actor.name().into(),
        ActorKind::Agent | ActorKind::System => actor.to_string(),
    }
}
