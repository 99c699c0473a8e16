//! Deployments that go wrong, each in one way: proof that the simulation can fail.

use std::str::FromStr;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// Nothing.
    None,
    /// The router takes a route that is older than the one it has.
    OlderRoutes,
    /// The router does not keep that requests were taken from candidates, and gives them back.
    Revives,
    /// The driver believes the router, and does not read back.
    NoReadBack,
    /// The driver says that a deployment went back before the router does.
    EarlyRelease,
    /// Whoever takes a deployment over begins it anew.
    FromTheStart,
    /// The driver does not wait for the deployment of another artifact.
    ThroughTheGate,
    /// The driver takes every health check for one that said that all is well.
    Unheard,
    /// Nobody looks for runs that hang.
    Unclosed,
}

impl Mutant {
    /// Everything that can be wrong.
    pub const ALL: [Self; 8] = [
        Self::OlderRoutes,
        Self::Revives,
        Self::NoReadBack,
        Self::EarlyRelease,
        Self::FromTheStart,
        Self::ThroughTheGate,
        Self::Unheard,
        Self::Unclosed,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OlderRoutes => "older-routes",
            Self::Revives => "revives",
            Self::NoReadBack => "no-read-back",
            Self::EarlyRelease => "early-release",
            Self::FromTheStart => "from-the-start",
            Self::ThroughTheGate => "through-the-gate",
            Self::Unheard => "unheard",
            Self::Unclosed => "unclosed",
        }
    }
}

impl FromStr for Mutant {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|mutant| mutant.as_str() == name);
        let words = Self::ALL.map(Self::as_str).join(", ");
        found.ok_or_else(|| format!("there is no mutant {name}: {words}"))
    }
}
