//! What in a policy file is at fault.
//!
//! A rule is refused as a whole: by one of its numbers, by a word in it, or by how they go together. What is at
//! fault is that without which it is not refused, or no longer for the same reason.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::value::RawValue;
use sternway_types::{Policy, PolicyError, WrittenPolicy};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A policy file that is well formed, whatever it says.
#[derive(Clone, Debug)]
pub(super) enum Document {
    Toml(toml::Table),
    Json(serde_json::Map<String, serde_json::Value>),
}

/// A member of the file, or of one of its rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Culprit {
    rule: Option<usize>,
    key: String,
}

impl Document {
    /// The policy, or why it is none.
    pub(super) fn policy(&self) -> Result<Policy, String> {
        self.written()?.checked().map_err(|err: PolicyError| err.to_string())
    }

    /// The policy that it is by what was asked of one when it was kept, or why it is none.
    pub(super) fn kept(&self) -> Result<Policy, String> {
        let policy = Policy::try_from(self.written()?).map_err(|err| err.to_string())?;
        Ok(policy.completed())
    }

    fn written(&self) -> Result<WrittenPolicy, String> {
        match self {
            Self::Toml(table) => {
                table.clone().try_into().map_err(|err: toml::de::Error| err.message().to_owned())
            }
            Self::Json(object) => {
                let value = serde_json::Value::Object(object.clone());
                serde_json::from_value(value).map_err(|err| err.to_string())
            }
        }
    }

    /// What is at fault that it is refused for this reason.
    pub(super) fn culprit(&self, why: &str) -> Option<Culprit> {
        let mut keys = self.keys(None).into_iter();
        let key = keys.find(|key| self.without(None, key).says_otherwise(why))?;
        let whole = Culprit { rule: None, key };
        if whole.key != "rules" {
            return Some(whole);
        }
        // Of two rules that exclude each other, the later one.
        let rule =
            (0..self.rules()).rev().find(|rule| self.without_rule(*rule).says_otherwise(why));
        Some(rule.map_or(whole, |rule| self.of_rule(rule, why)))
    }

    fn of_rule(&self, rule: usize, why: &str) -> Culprit {
        let mut keys = self.keys(Some(rule));
        // Without its name it is no rule at all.
        keys.retain(|key| key != "rule" && self.without(Some(rule), key).says_otherwise(why));
        let named = keys.iter().find(|key| why.contains(&format!(": {key} is ")));
        let heals = |key: &&String| self.without(Some(rule), key).policy().is_ok();
        let only = || if let [only] = keys.as_slice() { Some(only) } else { None };
        let key = named.or_else(|| keys.iter().find(heals)).or_else(only).cloned();
        Culprit { rule: Some(rule), key: key.unwrap_or_else(|| "rule".to_owned()) }
    }

    fn says_otherwise(&self, why: &str) -> bool {
        self.policy().err().as_deref() != Some(why)
    }

    fn rules(&self) -> usize {
        match self {
            Self::Toml(table) => {
                table.get("rules").and_then(toml::Value::as_array).map_or(0, Vec::len)
            }
            Self::Json(object) => {
                object.get("rules").and_then(serde_json::Value::as_array).map_or(0, Vec::len)
            }
        }
    }

    fn keys(&self, rule: Option<usize>) -> Vec<String> {
        let mut there = self.clone();
        let keys = match (&mut there, rule) {
            (Self::Toml(table), None) => Some(table.keys().cloned().collect()),
            (Self::Json(object), None) => Some(object.keys().cloned().collect()),
            (Self::Toml(table), Some(rule)) => {
                toml_rule(table, rule).map(|rule| rule.keys().cloned().collect())
            }
            (Self::Json(object), Some(rule)) => {
                json_rule(object, rule).map(|rule| rule.keys().cloned().collect())
            }
        };
        keys.unwrap_or_default()
    }

    fn without(&self, rule: Option<usize>, key: &str) -> Self {
        let mut rest = self.clone();
        match (&mut rest, rule) {
            (Self::Toml(table), None) => drop(table.remove(key)),
            (Self::Json(object), None) => drop(object.shift_remove(key)),
            (Self::Toml(table), Some(rule)) => {
                drop(toml_rule(table, rule).map(|rule| rule.remove(key)));
            }
            (Self::Json(object), Some(rule)) => {
                drop(json_rule(object, rule).map(|rule| rule.shift_remove(key)));
            }
        }
        rest
    }

    fn without_rule(&self, rule: usize) -> Self {
        let mut rest = self.clone();
        match &mut rest {
            Self::Toml(table) => {
                let rules = table.get_mut("rules").and_then(toml::Value::as_array_mut);
                drop(rules.map(|rules| rules.remove(rule)));
            }
            Self::Json(object) => {
                let rules = object.get_mut("rules").and_then(serde_json::Value::as_array_mut);
                drop(rules.map(|rules| rules.remove(rule)));
            }
        }
        rest
    }

    /// Where in its text a member's value is, as a byte; of a rule without that member, where the rule is.
    pub(super) fn place(&self, text: &str, culprit: &Culprit) -> Option<usize> {
        match self {
            Self::Toml(_) => toml_place(text, culprit),
            Self::Json(_) => json_place(text, culprit),
        }
    }
}

fn toml_rule(table: &mut toml::Table, rule: usize) -> Option<&mut toml::Table> {
    table.get_mut("rules")?.as_array_mut()?.get_mut(rule)?.as_table_mut()
}

type Object = serde_json::Map<String, serde_json::Value>;

fn json_rule(object: &mut Object, rule: usize) -> Option<&mut Object> {
    object.get_mut("rules")?.as_array_mut()?.get_mut(rule)?.as_object_mut()
}

fn toml_place(text: &str, Culprit { rule, key }: &Culprit) -> Option<usize> {
    let whole = DeTable::parse(text).ok()?;
    let start = |value: &Spanned<DeValue<'_>>| value.span().start;
    let Some(rule) = rule else { return toml_member(whole.get_ref(), key).map(start) };
    let DeValue::Array(rules) = toml_member(whole.get_ref(), "rules")?.get_ref() else {
        return None;
    };
    let rule = rules.get(*rule)?;
    let DeValue::Table(members) = rule.get_ref() else { return Some(start(rule)) };
    Some(start(toml_member(members, key).unwrap_or(rule)))
}

fn toml_member<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
    table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}

/// The members of an object, as they are written.
type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

fn json_place(text: &str, Culprit { rule, key }: &Culprit) -> Option<usize> {
    let at = |value: &RawValue| (value.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize);
    let whole: Members<'_> = serde_json::from_str(text).ok()?;
    let Some(rule) = rule else { return at(whole.get(key.as_str())?) };
    let rules: Vec<&RawValue> = serde_json::from_str(whole.get("rules")?.get()).ok()?;
    let rule = rules.get(*rule)?;
    let members: Members<'_> = serde_json::from_str(rule.get()).unwrap_or_default();
    at(members.get(key.as_str()).unwrap_or(rule))
}
