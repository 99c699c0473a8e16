//! `sternway aging`: what gets worse little by little, or is not needed any more.

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::{AgingView, ListView},
    policy::aging::Limits,
    store::Limit,
    types::{ArtifactId, At},
};

use super::list::fits;
use crate::{
    context::Context,
    error::CliError,
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    standing::known_environment,
    view::aging as view,
};

const EXAMPLES: &str = "\
Examples:
  sternway aging                             what is live in production and needs a look
  sternway aging tools/ -e staging
  sternway aging --json | jq '.items[] | select(.severity == \"high\")'

Found are: fewer than 0.7 (medium) or 0.5 (high) of at least 10 runs succeeded; runs of more than 60 s;
a success rate, accuracy or duration that is worse by 0.15 of the last good version's (high);
a success rate that fell by 0.15 of the best of the last 10 good versions, little by little (medium);
nothing that ran for 90 days (low), or 30 days after it went live (medium); versions of more than a year
(low); what is live and condemned (high), or regressed with no good version left (critical).
All of these are rules of thumb, and none takes anything back.";

/// List what is live and gets worse, or is not needed any more. Changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What the names begin with, or a pattern with `*` for any letters.
    #[arg(value_name = "PATTERN", default_value = "")]
    pattern: String,

    /// How many artifacts, at most.
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// Only those that come after this one: where the page before ended.
    #[arg(long, value_name = "KEY")]
    after: Option<ArtifactId>,
}

/// What was found, and among how many.
struct Found {
    list: ListView<AgingView>,
    looked_at: u64,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let found =
        context.with(Missing::Refuse, async |sternway| load(context, sternway, &args).await);
    let found = found.await?;
    let name = |item: &AgingView| item.artifact.to_string();
    context.answer_list(&found.list, name, |page| write(context, &found, page))?;
    Ok(ExitCode::SUCCESS)
}

async fn load(context: &Context, sternway: &Sternway, args: &Args) -> Result<Found, CliError> {
    let (control, environment) = (sternway.control(), &context.environment);
    known_environment(control, environment).await?;
    let (store, namespace, limits) = (control.store(), control.namespace(), Limits::default());
    let mut found = Found { list: ListView::whole(Vec::new()), looked_at: 0 };
    let mut after = args.after.clone();
    loop {
        let page =
            store.environment(namespace, environment, At::Head, after.as_ref(), Limit::MAX).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.artifact.clone());
        for pointer in page.iter().filter(|it| fits(&args.pattern, it.artifact.as_str())) {
            let aging = control.aging(&pointer.artifact, environment, &limits).await?;
            found.looked_at += 1;
            if aging.findings.is_empty() {
                continue;
            }
            if found.list.items.len() == usize::from(args.limit) {
                found.list.next = found.list.items.last().map(|item| item.artifact.to_string());
                return Ok(found);
            }
            found.list.items.push(view::aging(&aging, environment));
        }
    }
}

fn write(context: &Context, found: &Found, page: &mut Page) {
    let looked_at = crate::format::number::counted(found.looked_at, "artifact");
    if found.list.items.is_empty() {
        page.line(format_args!("nothing to see in {}: {looked_at} looked at", context.environment));
        return;
    }
    let mut table = Table::new([
        Column::Left("ARTIFACT"),
        Column::Left("LIVE"),
        Column::Left("SEVERITY"),
        Column::Left("WHAT"),
    ]);
    for item in &found.list.items {
        // The name once, and a line for each sign.
        let mut name = Some((item.artifact.as_str(), item.version.to_string()));
        for sign in &item.signs {
            let (artifact, version) = name.take().unwrap_or_default();
            let color = match sign.severity {
                "low" => style::PLAIN,
                "medium" => style::WAITING,
                _ => style::BAD,
            };
            table.row([
                Cell::styled(style::NAME, artifact),
                Cell::new(version),
                Cell::styled(color, sign.severity),
                Cell::new(&sign.description),
            ]);
        }
    }
    table.write(page);
    let flags = context.flags();
    if let Some(next) = &found.list.next {
        page.hint(format_args!("more: sternway{flags} aging --after {next}"));
        return;
    }
    page.hint(format_args!("{looked_at} looked at"));
    let recommended = |item: &&AgingView| item.signs.iter().any(|it| it.rollback_recommended);
    let back = found.list.items.iter().filter(recommended).take(3);
    let back: Vec<_> =
        back.map(|item| format!("sternway{flags} rollback {}", item.artifact)).collect();
    page.next(&back);
}
