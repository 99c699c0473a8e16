//! Who agrees in an environment, and for how long that counts.

use std::{collections::BTreeSet, time::Duration};

use sternway::{
    api::EnvironmentView,
    types::{Actor, Environment, RoleId, RolesError},
};

use crate::{
    format::{duration, number::counted},
    render::page::Page,
};

/// Who must agree before anything goes forward.
#[derive(Debug, clap::Args)]
pub(super) struct ApproverArgs {
    /// How many people must agree before a version goes forward there, other than who asks. 0 asks nobody.
    #[arg(long, value_name = "N")]
    approvals: Option<u8>,

    /// Who may fill a role: `security=ana,ben`. One of them must agree, and nobody fills two roles.
    #[arg(long, value_name = "ROLE=WHO,…", value_parser = role)]
    approver: Vec<(RoleId, BTreeSet<Actor>)>,

    /// Ask nobody as this any more. Only a person may.
    #[arg(long, value_name = "ROLE")]
    no_approver: Vec<RoleId>,

    /// How old an approval may be when a candidate gets its first runs, such as 3d, or `never`.
    #[arg(long, value_name = "DURATION", value_parser = expiry)]
    approvals_expire: Option<Expiry>,
}

/// After how long an approval counts no more.
#[derive(Clone, Copy, Debug)]
enum Expiry {
    Never,
    After(Duration),
}

fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry::Never);
    }
    let length = duration::parse_days(text).map_err(|err| format!("{err}, or never"))?;
    if length.as_secs() >= 60 {
        Ok(Expiry::After(length))
    } else {
        Err("expected a minute or more, or never".into())
    }
}

fn role(text: &str) -> Result<(RoleId, BTreeSet<Actor>), String> {
    let (role, people) = text
        .split_once('=')
        .ok_or_else(|| "expected ROLE=WHO, such as security=ana,ben".to_owned())?;
    let people = people.split(',').map(|who| who.trim().parse::<Actor>());
    let people = people.collect::<Result<_, _>>().map_err(|err| err.to_string())?;
    Ok((role.trim().parse::<RoleId>().map_err(|err| err.to_string())?, people))
}

impl ApproverArgs {
    pub(super) const fn is_typed(&self) -> bool {
        self.approvals.is_some()
            || !self.approver.is_empty()
            || !self.no_approver.is_empty()
            || self.approvals_expire.is_some()
    }

    pub(super) fn change(&self, environment: &mut Environment) -> Result<(), RolesError> {
        environment.approvals = self.approvals.unwrap_or(environment.approvals);
        match self.approvals_expire {
            Some(Expiry::Never) => environment.approvals_expire = None,
            Some(Expiry::After(length)) => environment.approvals_expire = Some(length),
            None => (),
        }
        for role in &self.no_approver {
            environment.approvers.remove(role)?;
        }
        let mut set = self.approver.iter();
        set.try_for_each(|(role, people)| environment.approvers.set(role.clone(), people.clone()))
    }
}

/// Who is asked, a line for each.
pub(super) fn lines(page: &mut Page, view: &EnvironmentView) {
    if view.approvals > 0 {
        let asked = counted(view.approvals.into(), "approval");
        page.line(format_args!("  asks for {asked} before anything goes forward"));
    }
    for (role, people) in &view.approvers {
        let people: Vec<_> = people.iter().map(ToString::to_string).collect();
        page.line(format_args!("  asks one as {role}: {}", people.join(", ")));
    }
    if let Some(seconds) = view.approvals_expire {
        let length = crate::format::when::length(Duration::from_secs(seconds));
        page.line(format_args!("  approvals count for {length}, until the first runs"));
    }
}
