//! `sternway publish`: save a version.

use std::process::ExitCode;

use sternway::{
    Missing, Sternway,
    api::{DiffStatView, LandingView, PublishedView, TreeStatView},
    control::{
        Intent,
        publish::{Activate, Expect, Publish, Published},
    },
    diff::text::TextDiff,
    folder::Folder,
    types::{
        Actor, ArtifactId, At, Changelog, Content, ContentKind, LabelId, Metadata, PointerName,
        Reason, Tree, VersionNumber,
    },
};

use super::validate;
use crate::{
    context::Context,
    error::CliError,
    format::number,
    input::{folder::FolderArgs, kind::KindArgs, pair::Pair, source::Source},
    render::{page::Page, style, tree},
    view,
};

/// Texts that are larger than this, both together, are not compared.
const MAX_COMPARED: u64 = 4 * 1024 * 1024;

const EXAMPLES: &str = "\
Examples:
  sternway publish prompts/greeting greeting.md -m \"first version\"
  sternway publish tools/search search.py -m \"rename argument\" --expect v3
  jq . bot.json | sternway publish configs/bot - --type json --label before-sale
  sternway publish prompts/greeting greeting.md --promote -e staging
  sternway publish tools/scraper ./scraper --exclude '*.pyc' --exclude __pycache__

The first version goes live by itself; later ones wait to be promoted, unless the policy says
otherwise. A folder is one version: everything in it is taken, except .git, .hg and .jj, and what a
.sternwayignore in it or --exclude leaves out. Content that is the newest version's already is not
saved again; --promote and --label then apply to that version. The checks of the policy look at what is
saved: one that fails refuses it, or has it saved and condemned, and the exit status is 6.";

/// Save a new version.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose version: COLLECTION/NAME, such as prompts/greeting.
    #[arg(value_name = "KEY")]
    pub(super) artifact: ArtifactId,

    /// The file with the content, or a folder; `-` for standard input.
    #[arg(value_name = "FILE|DIR|-")]
    file: Source,

    #[command(flatten)]
    kind: KindArgs,

    #[command(flatten)]
    folder: FolderArgs,

    /// Why.
    #[arg(short = 'm', long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: Reason,

    /// A file that says what changed, for readers.
    #[arg(long, value_name = "FILE")]
    changelog: Option<Source>,

    /// Who wrote it, if not who saves it.
    #[arg(long, value_name = "NAME")]
    author: Option<Actor>,

    /// Which version must be the newest, such as v3; 0 if there must be none yet.
    #[arg(long, value_name = "vN", value_parser = expected)]
    expect: Option<Expect>,

    /// Make it live at once, in the environment of --env.
    #[arg(long)]
    promote: bool,

    /// A label for it. Can be repeated.
    #[arg(long = "label", value_name = "NAME")]
    labels: Vec<LabelId>,

    /// A fact of your own; the value is JSON, or else a text. Can be repeated.
    #[arg(long = "meta", value_name = "NAME=VALUE")]
    metadata: Vec<Pair>,

    /// An artifact that it needs to run. Can be repeated.
    #[arg(long = "depends-on", value_name = "KEY")]
    depends_on: Vec<ArtifactId>,

    /// Its semantic version, such as 1.2.0.
    #[arg(long, value_name = "VERSION")]
    semver: Option<semver::Version>,
}

fn expected(text: &str) -> Result<Expect, sternway::types::NumberError> {
    if matches!(text, "0" | "v0") { Ok(Expect::Nothing) } else { text.parse().map(Expect::Version) }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let wanted = args.wanted(context)?;
    let (published, view) = save(context, &args, wanted).await?;
    context.answer(&view, &format!("{}@{}", view.artifact, view.version), |page| {
        show(context, &args, &published, &view, page);
    })?;
    Ok(validate::code(view.checks.iter().all(|check| check.result.passed)))
}

impl Args {
    /// What is to be published.
    ///
    /// # Errors
    ///
    /// [`CliError`] if something cannot be read, which is found before a store is made.
    pub(super) fn wanted(&self, context: &Context) -> Result<Wanted, CliError> {
        let (content, folder) = match find(self)? {
            Found::Content(content) => (content, None),
            Found::Folder(folder) => {
                let left_out = folder.without_files();
                if left_out > 0 {
                    let left_out = number::counted(left_out as u64, "folder");
                    context.console.note(&format!("{left_out} without files left out"));
                }
                // Its files are not kept yet.
                (Content::tree(&folder.tree()?)?, Some(folder))
            }
        };
        Ok(Wanted { publish: publish(context, self, content)?, folder })
    }

    /// Who publishes, and why.
    pub(super) fn intent(&self, context: &Context) -> Intent {
        context.intent(self.reason.clone())
    }
}

/// Publishes, and looks at what came of it.
///
/// # Errors
///
/// [`CliError`] if it cannot be published.
pub(super) async fn save(
    context: &Context,
    args: &Args,
    wanted: Wanted,
) -> Result<(Published, PublishedView), CliError> {
    let Wanted { mut publish, folder } = wanted;
    publish.checked = validate::ahead(context, &publish).await?;
    let intent = args.intent(context);
    let saved = context.with(Missing::Create, async |sternway| {
        if let Some(folder) = &folder {
            let put = sternway.control().put_folder(folder).await?;
            if put != publish.content {
                return Err(CliError::invalid("the folder changed while it was read: try again"));
            }
        }
        let content = publish.content.clone();
        let published = sternway.control().publish(publish, &intent).await?;
        let view = look(context, sternway, &published, &content).await?;
        Ok((published, view))
    });
    saved.await
}

/// Writes what came of it.
pub(super) fn show(
    context: &Context,
    args: &Args,
    published: &Published,
    view: &PublishedView,
    page: &mut Page,
) {
    if published.is_new() {
        write(context, view, page);
    } else {
        write_again(context, view, &args.labels, page);
    }
}

/// What is to be published, and the folder whose files come with it.
pub(super) struct Wanted {
    pub(super) publish: Publish,
    folder: Option<Folder>,
}

/// What is to be published, as far as it can be looked at before there is a store.
enum Found {
    Content(Content),
    Folder(Folder),
}

fn find(args: &Args) -> Result<Found, CliError> {
    match args.file.path().filter(|path| path.is_dir()) {
        Some(path) if args.kind.is_given() => {
            let why = format!("{} is a folder: say nothing of its type", Context::shown(path));
            Err(CliError::invalid(why))
        }
        Some(path) => Ok(Found::Folder(args.folder.scan(path)?)),
        None if args.folder.is_given() => {
            Err(CliError::invalid("--exclude is for a folder: leave it out"))
        }
        None => Ok(Found::Content(args.kind.content(args.file.read()?, args.file.path())?)),
    }
}

fn publish(context: &Context, args: &Args, content: Content) -> Result<Publish, CliError> {
    let mut publish = Publish::new(args.artifact.clone(), content);
    if let Some(changelog) = &args.changelog {
        publish.changelog = Changelog::new(changelog.read_text()?)?;
    }
    publish.expect = args.expect.unwrap_or_default();
    if args.promote {
        publish.activate = Activate::In(context.environment.clone());
    }
    publish.author.clone_from(&args.author);
    publish.semver.clone_from(&args.semver);
    let pairs = args.metadata.iter().map(|pair| (pair.name.clone(), pair.value.clone()));
    publish.metadata = Metadata::new(pairs.collect())?;
    publish.depends_on = args.depends_on.iter().cloned().collect();
    publish.labels.clone_from(&args.labels);
    Ok(publish)
}

async fn look(
    context: &Context,
    sternway: &Sternway,
    published: &Published,
    content: &Content,
) -> Result<PublishedView, CliError> {
    let control = sternway.control();
    let mut view = view::published(published, context.dry_run);
    let name = PointerName::Environment(context.environment.clone());
    let pointer = control.store().pointer(control.namespace(), &view.artifact, &name, At::Head);
    view.live = pointer.await?.and_then(|pointer| pointer.version);
    let tree = content.as_tree();
    view.tree = tree.as_ref().map(Into::into);
    if published.is_new() {
        match tree {
            Some(tree) => view.tree_changes = tree_changes(sternway, published, &tree).await?,
            None => view.changes = changes(sternway, published, content).await?,
        }
    }
    Ok(view)
}

/// What changed since the version before, if that is a folder as well.
async fn tree_changes(
    sternway: &Sternway,
    published: &Published,
    new: &Tree,
) -> Result<Option<TreeStatView>, CliError> {
    let control = sternway.control();
    let before = VersionNumber::new(published.number.get() - 1);
    let Some(before) = before else { return Ok(None) };
    let before = control.version(&published.artifact, before).await?;
    if before.content.kind != ContentKind::Tree {
        return Ok(None);
    }
    let old = control.tree(&before).await?;
    Ok(Some(super::diff::tree_stat(&old, new)))
}

/// What changed since the version before, if both are text.
async fn changes(
    sternway: &Sternway,
    published: &Published,
    content: &Content,
) -> Result<Option<DiffStatView>, CliError> {
    let control = sternway.control();
    let before = VersionNumber::new(published.number.get() - 1);
    let Some(before) = before else { return Ok(None) };
    let before = control.version(&published.artifact, before).await?;
    let is_tree = before.content.kind == ContentKind::Tree;
    if is_tree || before.content.len.saturating_add(published.content.len) > MAX_COMPARED {
        return Ok(None);
    }
    let before = control.content(&before).await?;
    let (Some(old), Some(new)) = (before.as_text(), content.as_text()) else { return Ok(None) };
    Ok(Some(super::diff::stat(&TextDiff::new(old, new))))
}

/// Nothing was saved; pointers may have moved.
fn write_again(context: &Context, view: &PublishedView, labels: &[LabelId], page: &mut Page) {
    let (name, number) = (style::paint(style::NAME, &view.artifact), view.version);
    page.line(format_args!("{name} unchanged, still {number}"));
    if view.revision.is_none() {
        return;
    }
    if let Some(environment) = &view.environment {
        let when = if context.dry_run { "would be" } else { "now" };
        let live = style::paint(style::GOOD, format_args!("live in {environment}"));
        page.line(format_args!("  {when} {live}"));
    }
    if !labels.is_empty() {
        let labels: Vec<_> = labels.iter().map(LabelId::as_str).collect();
        page.line(format_args!("  {}labelled {}", context.would(), labels.join(", ")));
    }
}

fn write(context: &Context, view: &PublishedView, page: &mut Page) {
    let name = style::paint(style::NAME, &view.artifact);
    let (number, would) = (view.version, context.would());
    let digest = style::paint(style::DIM, number::digest(&view.content.digest));
    let environment = view.environment.as_ref().unwrap_or(&context.environment);
    match view.landing {
        LandingView::Live => {
            let live = style::paint(style::GOOD, format_args!("live in {environment}"));
            page.line(format_args!("{name} {number}  {would}{live}  {digest}"));
        }
        LandingView::Condemned => {
            let why = style::paint(style::BAD, format_args!("condemned in {environment}"));
            let held = format!("{would}held back: its content is {why}");
            page.line(format_args!("{name} {number}  {held}  {digest}"));
        }
        LandingView::Staged | _ => {
            let staged = style::paint(style::WAITING, "staged");
            let live = match view.live {
                Some(live) => format!(" ({live} is still live)"),
                None => format!(" (nothing is live in {environment})"),
            };
            page.line(format_args!("{name} {number}  {would}{staged}{live}  {digest}"));
        }
    }
    if let Some(total) = &view.tree {
        let stat = view.tree_changes.as_ref().map(|it| tree::stat(it, page.symbols()));
        let dot = page.symbols().dot;
        let stat = stat.map(|stat| format!(" {dot} {stat}")).unwrap_or_default();
        page.line(format_args!("  {}{stat}", tree::total(total)));
    }
    validate::write(&view.checks, page);
    if let Some(changes) = &view.changes {
        page.line(format_args!("  {}", super::diff::in_words(changes, page.symbols())));
    }
    let waits = !matches!(view.landing, LandingView::Live);
    if waits && !context.dry_run {
        page.next(&[
            format!("sternway{} promote {}@{number}", context.flags(), view.artifact),
            format!("sternway{} diff {}@live @{number}", context.flags(), view.artifact),
        ]);
    }
}
