//! Whose consent is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::Approval;
use crate::{Actor, RoleId, Timestamp, window};

/// Why people are not those of roles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RolesError {
    /// There is a limit to what is looked through whenever somebody agrees.
    #[error("there are at most {limit} roles", limit = Roles::MOST)]
    TooMany,
    /// A role that nobody can fill keeps everything back, and one of very many asks nobody.
    #[error("the role {role} has {found} people: expected 1 to {limit}", limit = Roles::MOST_PEOPLE)]
    People {
        /// Which.
        role: RoleId,
        /// How many it has.
        found: usize,
    },
    /// None is called so.
    #[error("there is no role {0}")]
    NoRole(RoleId),
    /// Only people agree.
    #[error("{by} may fill the role {role}, and is no person")]
    NoPerson {
        /// Which.
        role: RoleId,
        /// Who it is.
        by: Actor,
    },
}

/// Who may fill a role, by its name. Each role needs a person of its own who agrees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<RoleId, BTreeSet<Actor>>")]
pub struct Roles(
    // Invariant: as `set` checks.
    BTreeMap<RoleId, BTreeSet<Actor>>,
);

impl Roles {
    /// The most roles.
    pub const MOST: usize = 8;
    /// The most people who may fill one of them.
    pub const MOST_PEOPLE: usize = 32;

    /// No role.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, and who may fill it.
    pub fn iter(&self) -> impl Iterator<Item = (&RoleId, &BTreeSet<Actor>)> {
        self.0.iter()
    }

    /// Says who may fill a role.
    ///
    /// # Errors
    ///
    /// [`RolesError`] if there are [`Roles::MOST`] others, nobody or too many may fill it, or one of them is no
    /// person.
    pub fn set(&mut self, role: RoleId, people: BTreeSet<Actor>) -> Result<(), RolesError> {
        let found = people.len();
        if !(1..=Self::MOST_PEOPLE).contains(&found) {
            return Err(RolesError::People { role, found });
        }
        if let Some(by) = people.iter().find(|by| by.is_automation()) {
            return Err(RolesError::NoPerson { by: by.clone(), role });
        }
        if self.0.len() >= Self::MOST && !self.0.contains_key(&role) {
            return Err(RolesError::TooMany);
        }
        self.0.insert(role, people);
        Ok(())
    }

    /// Takes a role away.
    ///
    /// # Errors
    ///
    /// [`RolesError::NoRole`] if there is none of this name.
    pub fn remove(&mut self, role: &RoleId) -> Result<(), RolesError> {
        match self.0.remove(role) {
            Some(_) => Ok(()),
            None => Err(RolesError::NoRole(role.clone())),
        }
    }

    /// Whether everything that others ask is asked here: the same roles, filled by nobody else.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        let covers = |(role, people): (&RoleId, &BTreeSet<Actor>)| {
            self.0.get(role).is_some_and(|own| own.is_subset(people))
        };
        others.iter().all(covers)
    }

    /// The roles that are left if each of these people fills one at most, of the roles that can be filled
    /// as many as possible.
    #[must_use]
    pub fn left_by(&self, people: &BTreeSet<&Actor>) -> Vec<RoleId> {
        let mut filled = BTreeMap::new();
        let mut left = Vec::new();
        for role in self.0.keys() {
            if !self.fill(role, people, &mut BTreeSet::new(), &mut filled) {
                left.push(role.clone());
            }
        }
        left
    }

    /// Finds somebody for a role, who may have to leave another one to somebody else.
    fn fill<'a>(
        &'a self,
        role: &'a RoleId,
        people: &BTreeSet<&'a Actor>,
        tried: &mut BTreeSet<&'a Actor>,
        filled: &mut BTreeMap<&'a Actor, &'a RoleId>,
    ) -> bool {
        let able = self.0.get(role).into_iter().flatten().filter(|by| people.contains(by));
        for by in able {
            if !tried.insert(by) {
                continue;
            }
            let free = match filled.get(by).copied() {
                None => true,
                Some(other) => self.fill(other, people, tried, filled),
            };
            if free {
                filled.insert(by, role);
                return true;
            }
        }
        false
    }
}

impl TryFrom<BTreeMap<RoleId, BTreeSet<Actor>>> for Roles {
    type Error = RolesError;

    fn try_from(roles: BTreeMap<RoleId, BTreeSet<Actor>>) -> Result<Self, RolesError> {
        let mut all = Self::none();
        roles.into_iter().try_for_each(|(role, people)| all.set(role, people))?;
        Ok(all)
    }
}

/// Whose consent a step waits for, or an environment asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// How many people, each of them another person than who started it.
    pub quorum: u8,
    /// The roles that some of them must fill. Default: none.
    #[serde(default, skip_serializing_if = "Roles::is_empty")]
    pub roles: Roles,
    /// How old an approval may be when the candidates get their first runs. Default: as old as may be.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "window::maybe")]
    pub expires: Option<Duration>,
}

/// What is missing of a consent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacking {
    /// How many people.
    pub people: usize,
    /// The roles that nobody fills.
    pub roles: Vec<RoleId>,
}

impl Lacking {
    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.people == 0 && self.roles.is_empty()
    }
}

impl Consent {
    /// That of so many people.
    #[must_use]
    pub const fn of(quorum: u8) -> Self {
        Self { quorum, roles: Roles::none(), expires: None }
    }

    /// Whether it asks nobody.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.quorum == 0 && self.roles.is_empty()
    }

    /// How many people it takes at least.
    #[must_use]
    pub fn people(&self) -> u8 {
        u8::try_from(self.roles.0.len()).unwrap_or(u8::MAX).max(self.quorum)
    }

    /// Whether whoever gives this one gives another one too.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let in_time = match (self.expires, other.expires) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => own <= other,
        };
        self.quorum >= other.quorum && self.roles.cover(&other.roles) && in_time
    }

    /// Whether an approval counts at a moment.
    #[must_use]
    pub fn counts(&self, approval: &Approval, at: Timestamp) -> bool {
        self.expires.is_none_or(|length| approval.at.saturating_add(length) > at)
    }

    /// What is missing if these people agree.
    #[must_use]
    pub fn lacks(&self, people: &BTreeSet<&Actor>) -> Lacking {
        let missing = usize::from(self.quorum).saturating_sub(people.len());
        let roles = self.roles.left_by(people);
        Lacking { people: missing.max(roles.len()), roles }
    }
}

impl fmt::Display for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.people())?;
        let roles: Vec<_> = self.roles.iter().map(|(role, _)| role.as_str()).collect();
        if !roles.is_empty() {
            write!(f, " ({})", roles.join(", "))?;
        }
        match self.expires {
            Some(length) => write!(f, ", within {}", window::show(&length)),
            None => Ok(()),
        }
    }
}
