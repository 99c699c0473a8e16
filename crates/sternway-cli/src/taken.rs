//! What is said where the store is away and routers are not.

use sternway::{
    api::ProblemCode,
    control::deploy::TakenAway,
    provider::{Withdrew, left_with},
};

use crate::{context::Context, error::CliError, format::visible, render::style};

impl Context {
    /// Says whose requests were taken from candidates, since the store could not be told that they go back.
    pub(crate) fn say_taken(&self, taken: Vec<TakenAway>) {
        let warning = style::paint(style::WAITING, "warning:");
        for TakenAway { artifact, environment, withdrew } in taken {
            let said = match &withdrew {
                Ok(Withdrew::Now(route)) => {
                    // What was live before is not known to the route of a candidate that is live already.
                    let to = left_with(route, None);
                    let to = to.map_or_else(
                        || "what was live before".to_owned(),
                        |version| version.to_string(),
                    );
                    format!("goes back and the store is away: its router gives {to} all requests")
                }
                Ok(Withdrew::Before(_) | Withdrew::NothingToTake(_) | Withdrew::MovedOn(_)) => {
                    continue;
                }
                Err(err) => {
                    let why = err.to_string();
                    format!(
                        "goes back, and neither the store nor its router is told: {}",
                        visible::line(&why)
                    )
                }
            };
            self.console.complain(&format!("{warning} {artifact} in {environment} {said}"));
        }
    }

    /// A failure of what should have stopped a candidate, with how that is done without the store if a router can.
    pub(crate) fn or_withdraw(&self, err: CliError) -> CliError {
        let away = matches!(
            err.code(),
            ProblemCode::StoreUnavailable | ProblemCode::StoreFull | ProblemCode::IntegrityMismatch
        );
        let mut routers = self.own_routers();
        let here = routers.find(|(_, it)| it.environments.contains(&self.environment));
        match here.filter(|_| away) {
            Some((name, _)) => {
                let environment = &self.environment;
                err.with_help(format!(
                    "sternway router withdraw {name} -e {environment} --reason WHY takes the requests from candidates \
                     without the store"
                ))
            }
            None => err,
        }
    }
}
