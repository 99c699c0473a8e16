//! What was typed, and what is built in, as the command line has it.

use clap::{ArgMatches, parser::ValueSource};

use super::{Origin, Setting, key::Key};

/// The value of a pager that is none.
pub(crate) const NO_PAGER: &str = "never";

/// The first and the last layer.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    /// Flags, and the variables that say the same.
    pub(crate) first: Vec<Setting>,
    /// What a flag is if nobody says.
    pub(crate) built_in: Vec<Setting>,
}

impl Typed {
    /// Sorts what the command line found by where it comes from.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let mut typed = Self::default();
        for key in Key::ALL {
            let Some((value, source)) = found(matches, key) else { continue };
            match source {
                ValueSource::CommandLine => {
                    typed.first.push(Setting::new(key, value, Origin::Flag(key.flag())));
                }
                ValueSource::EnvVariable => {
                    typed.first.push(Setting::new(key, value, Origin::Variable(key.variable())));
                }
                ValueSource::DefaultValue | _ => {
                    typed.built_in.push(Setting::new(key, value, Origin::Default));
                }
            }
        }
        typed
    }
}

fn found(matches: &ArgMatches, key: Key) -> Option<(String, ValueSource)> {
    if key == Key::Output && matches.get_flag("json") {
        return Some(("json".into(), ValueSource::CommandLine));
    }
    let argument = key.argument();
    let source = matches.value_source(argument)?;
    let value = match key {
        Key::Quiet => matches.get_flag(argument).to_string(),
        // That there is a pager is said elsewhere.
        Key::Pager => matches.get_flag(argument).then(|| NO_PAGER.into())?,
        Key::Actor
        | Key::Environment
        | Key::Namespace
        | Key::LockTimeout
        | Key::PoolSize
        | Key::StoreUrl
        | Key::Color
        | Key::Output => {
            let mut raw = matches.get_raw(argument)?;
            raw.next()?.to_string_lossy().into_owned()
        }
    };
    Some((value, source))
}
