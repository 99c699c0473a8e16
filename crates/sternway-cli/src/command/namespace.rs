//! `sternway namespace`: the tenants or projects that share a store.

use std::process::ExitCode;

use clap::Subcommand;
use sternway::{
    Missing, Sternway,
    api::{ListView, NamespaceCreatedView, NamespaceDetailView, NamespaceView},
    store::{Head, Limit, Store},
    types::{At, EnvironmentId, NamespaceId},
};

use crate::{
    context::Context,
    error::CliError,
    format::when,
    input::moment::Moment,
    render::{
        style,
        table::{Cell, Column, Table},
    },
};

const EXAMPLES: &str = "\
Examples:
  sternway namespace list
  sternway namespace create team-a           with the environment production
  sternway namespace show team-a             where it stands, and its environments
  sternway --namespace team-a list           work in it; or: STERNWAY_NAMESPACE=team-a";

/// See and create namespaces: tenants or projects that share a store, each with artifacts,
/// environments and a history of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the namespaces of the store.
    List(List),
    /// Create a namespace. Does nothing if it is there.
    Create {
        /// Its name: letters, digits, `.`, `-` and `_`.
        #[arg(value_name = "NAME")]
        id: NamespaceId,
    },
    /// Show where a namespace stands.
    Show {
        /// Its name. Default: that of --namespace.
        #[arg(value_name = "NAME")]
        id: Option<NamespaceId>,
    },
}

#[derive(Debug, clap::Args)]
struct List {
    /// How many, at most.
    #[arg(short = 'n', long = "limit", value_name = "N", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// Only those that come after this one: where the page before ended.
    #[arg(long, value_name = "NAME")]
    after: Option<NamespaceId>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.command {
        Command::List(args) => list(context, &args).await?,
        Command::Create { id } => create(context, id).await?,
        Command::Show { id } => {
            let id = id.unwrap_or_else(|| context.namespace.clone());
            show(&context.within(id)).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn view(id: NamespaceId, head: &Head) -> NamespaceView {
    NamespaceView { id, revision: head.revision, changed_at: head.at }
}

async fn list(context: &Context, args: &List) -> Result<(), CliError> {
    let at = match context.at {
        None => At::Head,
        Some(Moment::Time(time)) => At::Time(time),
        Some(Moment::Revision(_) | Moment::Operation(_)) => {
            return Err(CliError::invalid("every namespace has revisions of its own")
                .with_help("give a time: sternway namespace list --at 2026-11-20T16:00:00Z"));
        }
    };
    let list = context.look_around(async |store| page(store.as_ref(), args, at).await).await?;
    let name = |view: &NamespaceView| view.id.to_string();
    context.answer_list(&list, name, |page| {
        if list.items.is_empty() {
            page.line("there is no namespace");
            page.next(&["sternway namespace create team-a".into()]);
            return;
        }
        let columns =
            [Column::Left("NAMESPACE"), Column::Right("REVISION"), Column::Left("CHANGED")];
        let (mut table, now) = (Table::new(columns), context.now());
        for view in &list.items {
            table.row([
                Cell::styled(style::NAME, view.id.as_str()),
                Cell::new(view.revision.to_string()),
                Cell::new(when::ago(view.changed_at, now)),
            ]);
        }
        table.write(page);
        if let Some(next) = &list.next {
            let (flags, limit) = (context.flags(), args.limit);
            page.hint(format_args!(
                "more: sternway{flags} namespace list -n {limit} --after {next}"
            ));
        }
    })
}

/// One page, with where each of them stands, as far as it was there.
async fn page(store: &dyn Store, args: &List, at: At) -> Result<ListView<NamespaceView>, CliError> {
    let limit = Limit::new(usize::from(args.limit));
    let ids = store.namespaces(args.after.as_ref(), limit).await?;
    let next = ids.last().filter(|_| ids.len() == limit.get()).map(ToString::to_string);
    let mut items = Vec::new();
    for id in ids {
        items.extend(store.head(&id, at).await?.map(|head| view(id, &head)));
    }
    Ok(ListView { items, next })
}

async fn create(context: &Context, id: NamespaceId) -> Result<(), CliError> {
    let known = context.look_around(async |store| Ok(store.head(&id, At::Head).await?)).await?;
    let context = context.within(id.clone());
    if known.is_none() {
        // Opening it is what makes it.
        context.with(Missing::Create, async |_| Ok(())).await?;
    }
    let view = NamespaceCreatedView { id, created: known.is_none(), dry_run: context.dry_run };
    let id = &view.id;
    context.answer(&view, id.as_str(), |page| {
        let (name, would) = (style::paint(style::NAME, id), context.would());
        if view.created {
            page.line(format_args!("namespace {name} {would}created"));
        } else {
            page.line(format_args!("namespace {name} is there already"));
        }
        let next = "publish prompts/hello hello.md -m \"first version\"";
        page.next(&[format!("sternway --namespace {id} {next}")]);
    })
}

async fn show(context: &Context) -> Result<(), CliError> {
    let view = context.with(Missing::Refuse, async |sternway| detail(sternway).await).await?;
    let id = &view.namespace.id;
    context.answer(&view, id.as_str(), |page| {
        page.line(style::paint(style::NAME, id));
        let ago = when::ago(view.namespace.changed_at, context.now());
        page.line(format_args!("  revision      {}, {ago}", view.namespace.revision));
        page.line(format_args!("  chain         {}", view.chain));
        page.line(format_args!("  default       {}", view.default_environment));
        let names: Vec<&str> = view.environments.iter().map(EnvironmentId::as_str).collect();
        page.line(format_args!("  environments  {}", names.join(", ")));
    })
}

async fn detail(sternway: &Sternway) -> Result<NamespaceDetailView, CliError> {
    let control = sternway.control();
    let head = control.store().head(control.namespace(), At::Head).await?;
    let head = head.ok_or_else(|| CliError::NoNamespace {
        namespace: control.namespace().clone(),
        near: None,
    })?;
    let (mut environments, mut after) = (Vec::new(), None);
    loop {
        let page = control.environments(after.as_ref(), Limit::MAX).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        environments.extend(page.into_iter().map(|environment| environment.id));
    }
    Ok(NamespaceDetailView {
        namespace: view(control.namespace().clone(), &head),
        chain: head.chain,
        default_environment: control.default_environment().await?,
        environments,
    })
}
