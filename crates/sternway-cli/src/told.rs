//! What is told of the work on stderr, if `STERNWAY_LOG` asks for it: the spans of the store's calls,
//! each when it ends. `LOG_LEVEL`, which other programs read too, counts where that says nothing, and
//! is passed over if it is no level.

use std::{env, io};

use tracing_subscriber::{
    EnvFilter,
    filter::{LevelFilter, ParseError},
    fmt::format::FmtSpan,
};

use crate::error::CliError;

const OURS: &str = "STERNWAY_LOG";
const SHARED: &str = "LOG_LEVEL";

/// Begins to tell, if that is asked for.
///
/// # Errors
///
/// [`CliError::Problem`] if `STERNWAY_LOG` is no filter.
pub(crate) fn begin() -> Result<(), CliError> {
    let read = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let filter = match read(OURS) {
        Some(given) => parse(&given).map_err(|err| wrong(&given, &err))?,
        None => match read(SHARED).and_then(|level| level.parse::<LevelFilter>().ok()) {
            Some(level) => EnvFilter::default().add_directive(level.into()),
            None => return Ok(()),
        },
    };
    let spans = tracing_subscriber::fmt().with_env_filter(filter).with_span_events(FmtSpan::CLOSE);
    // It is begun once: nobody else in this process tells anything.
    spans.with_ansi(false).with_writer(io::stderr).try_init().unwrap_or_default();
    Ok(())
}

fn parse(given: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(given)
}

fn wrong(given: &str, err: &ParseError) -> CliError {
    let detail = format!("{OURS}={given:?} is no level and no filter: {err}");
    CliError::invalid(detail).with_help(format!("{OURS}=debug, or {OURS}=sternway::store=debug"))
}
