//! `sternway outcomes`: the runs of a version, one by one.

mod open;

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::{ListView, OutcomeView},
    store::Limit,
    types::{Outcome, Reference, Subject, VersionNumber},
};

use crate::{
    context::Context,
    error::CliError,
    format::{
        number::{counted, measured},
        when,
    },
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    standing::{Standing, known_environment},
};

const EXAMPLES: &str = "\
Examples:
  sternway outcomes tools/search             the newest runs of what is live, since it is
  sternway outcomes tools/search@v3 -n 50
  sternway outcomes tools/search --failed -o jsonl
  sternway outcomes --open                   runs that began and did not end, of everything

They are those of the newest stay of the version in the environment of --env, the last recorded one
first. --failed looks through the newest 1,000 of them. --open lists those first that are due first, and looks
through the first 1,000 of the namespace for those of REF.";

/// List the runs of a version, the last recorded one first.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; what is live if only the key is given.
    #[arg(value_name = "REF", required_unless_present = "open")]
    reference: Option<Reference>,

    /// How many, at most.
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// Only those that failed.
    #[arg(long)]
    failed: bool,

    /// Only those that were opened, and of which nobody said yet how they ended: in every environment, and of
    /// everything if no REF is given.
    #[arg(long, conflicts_with = "failed")]
    open: bool,
}

/// The newest runs of a stay, and how many it has.
struct Runs {
    version: VersionNumber,
    list: ListView<OutcomeView>,
    total: u64,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let reference = match &args.reference {
        Some(reference) if !args.open => reference,
        reference => return open::run(context, reference.as_ref(), args.limit).await,
    };
    let runs = context
        .with(Missing::Refuse, async |sternway| load(context, sternway, reference, &args).await);
    let runs = runs.await?;
    let name = |outcome: &OutcomeView| outcome.id.to_string();
    context
        .answer_list(&runs.list, name, |page| write(context, (reference, &args), &runs, page))?;
    Ok(ExitCode::SUCCESS)
}

async fn load(
    context: &Context,
    sternway: &Sternway,
    reference: &Reference,
    args: &Args,
) -> Result<Runs, CliError> {
    let (control, environment) = (sternway.control(), &context.environment);
    known_environment(control, environment).await?;
    let version = control.resolve(reference, environment).await?;
    let standing = Standing::load(control, &version.artifact, environment).await?;
    let subject = Subject {
        generation: standing.newest_stay(version.number),
        artifact: version.artifact,
        environment: environment.clone(),
        version: version.number,
    };
    let (store, namespace) = (control.store(), control.namespace());
    let tallies = store.tallies(namespace, &subject).await?.unwrap_or_default();
    let (total, limit) = (tallies.tally.total(), usize::from(args.limit));
    let looked_at = if args.failed { Limit::MAX } else { Limit::new(limit) };
    let after = total.saturating_sub(looked_at.get() as u64);
    let outcomes = store.outcomes(namespace, &subject, after, looked_at).await?;
    let wanted = |outcome: &&Outcome| !args.failed || outcome.is_failure();
    let newest = outcomes.iter().rev().filter(wanted).take(limit);
    let list = ListView::whole(newest.map(OutcomeView::from).collect());
    Ok(Runs { version: version.number, list, total })
}

fn write(context: &Context, (reference, args): (&Reference, &Args), runs: &Runs, page: &mut Page) {
    let (artifact, environment) = (&reference.artifact, &context.environment);
    let name = style::paint(style::NAME, artifact);
    let total = counted(runs.total, "run");
    page.line(format_args!("{name} {} in {environment}: {total}", runs.version));
    if runs.list.items.is_empty() {
        page.hint(if args.failed {
            "  none of the newest failed"
        } else {
            "  none since it went live"
        });
        return;
    }
    let now = context.now();
    let mut table = Table::new([
        Column::Symbol,
        Column::Left("ENDED"),
        Column::Left("HOW"),
        Column::Right("TOOK"),
        Column::Right("COST"),
        Column::Left("MESSAGE"),
    ]);
    let symbols = page.symbols();
    for outcome in &runs.list.items {
        let (symbol, color) = match outcome.status {
            "succeeded" => (symbols.live, style::GOOD),
            "failed" => (symbols.condemned, style::BAD),
            _ => (symbols.old, style::PLAIN),
        };
        let took = outcome.duration_ms.map(|duration| format!("{} ms", measured(duration)));
        let how = outcome.error_class.as_deref().unwrap_or(outcome.status);
        let message = outcome.message.as_deref().and_then(|message| message.lines().next());
        table.row([
            Cell::styled(color, symbol),
            Cell::new(when::ago(outcome.at, now)),
            Cell::styled(color, how),
            Cell::new(took.unwrap_or_default()),
            Cell::new(outcome.cost.map_or_else(String::new, measured)),
            Cell::new(message.unwrap_or_default()),
        ]);
    }
    table.write(page);
}
