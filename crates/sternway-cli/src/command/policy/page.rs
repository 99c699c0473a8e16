//! Policies, as people read them.

use sternway::{
    api::error_rate,
    control::policy::EffectivePolicy,
    types::{Action, CheckKind, ContentCheck, OnFailure, Policy, PolicySetting, Rule},
};

use crate::render::{page::Page, style};

/// Writes what was set nearer than what holds.
pub(in crate::command) fn passed_over(effective: &EffectivePolicy, page: &mut Page) {
    for passed in &effective.passed_over {
        let warning = format_args!("{} {passed}", page.symbols().warning);
        page.line(format_args!("  {}", style::paint(style::WAITING, warning)));
    }
}

/// Writes a policy without its checks.
pub(super) fn write(setting: &PolicySetting, page: &mut Page) {
    match setting {
        PolicySetting::From(artifact) => {
            let artifact = style::paint(style::NAME, artifact);
            page.line(format_args!("  {} what is live of {artifact}", field("rules")));
        }
        PolicySetting::Off => {
            let off = style::paint(style::WAITING, "off: nothing is taken back by itself");
            page.line(format_args!("  {} {off}", field("rules")));
        }
        PolicySetting::On(policy) => {
            let view = sternway::api::RulesView::from(policy);
            page.line(format_args!("  {} {}", field("activation"), view.activation));
            for (index, rule) in policy.rules().iter().enumerate() {
                let name = if index == 0 { "rules" } else { "" };
                let tier = rule.name().tier();
                page.line(format_args!("  {} {tier}: {}", field(name), Rule::to_string(rule)));
            }
            let warning = page.symbols().warning;
            for trigger in policy.rules().iter().filter_map(Rule::trigger) {
                let said =
                    "this command does not have it, and leaves the judging to a program that does";
                let said =
                    style::paint(style::WAITING, format_args!("{warning} {trigger}: {said}"));
                page.line(format_args!("  {} {said}", field("")));
            }
            if policy.action() != Action::RollBack {
                page.line(format_args!("  {} {}", field("action"), view.action));
            }
            if policy.rollbacks_per_day() != Policy::ROLLBACKS_PER_DAY {
                let budget = format_args!("{} rollbacks a day", policy.rollbacks_per_day());
                page.line(format_args!("  {} {budget}", field("budget")));
            }
            if let Some(cooldown) = &view.cooldown {
                page.line(format_args!("  {} {cooldown} after a rollback", field("cooldown")));
            }
            let preset = policy.as_preset().map(|preset| format!("{preset}: ")).unwrap_or_default();
            page.hint(format_args!("  {} {preset}{}", field("note"), error_rate(policy)));
        }
    }
}

/// Writes a policy with its own checks.
pub(super) fn write_all(setting: &PolicySetting, page: &mut Page) {
    write(setting, page);
    if let PolicySetting::On(policy) = setting {
        write_checks(policy.checks(), page);
    }
}

pub(super) fn write_checks(checks: &[ContentCheck], page: &mut Page) {
    for (index, check) in checks.iter().enumerate() {
        let name = if index == 0 { "checks" } else { "" };
        page.line(format_args!("  {} {}", field(name), said(check)));
    }
}

fn field(name: &str) -> String {
    style::paint(style::DIM, format_args!("{name:<11}"))
}

/// A check in a line.
fn said(check: &ContentCheck) -> String {
    let by = match check.kind() {
        CheckKind::Off => return format!("{}: off", check.name()),
        CheckKind::Schema(_) => "the JSON Schema in the policy".into(),
        CheckKind::SchemaFrom(reference) => format!("the JSON Schema {reference}"),
        CheckKind::Validator(name) => format!("the validator {name} of each publisher"),
    };
    let failure = match check.on_failure() {
        OnFailure::Refuse => "refuses",
        OnFailure::Condemn => "condemns",
    };
    format!("{}: {by}; {failure} what fails", check.name())
}
