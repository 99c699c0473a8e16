//! `sternway settings`: what holds where nothing was typed.

use std::{io::Write, path::Path, process::ExitCode};

use clap::Subcommand;
use sternway::api::{
    ListView, PassedOverView, SettingSetView, SettingView, SettingsFileView, SettingsView,
};

use crate::{
    cli::Output,
    context::Context,
    error::{CliError, nearest},
    format::shell,
    place,
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
    settings::{
        Origin, Setting, edit,
        file::{Scope, SettingsFile},
        key::Key,
        load::{Paths, look_up, text},
        older::PassedOver,
        routers::RouterSetting,
    },
};

const EXAMPLES: &str = "\
Examples:
  sternway settings list                     what holds, and where each was set
  sternway settings get environment
  sternway settings set environment staging
  sternway settings set ui.color never --user
  sternway settings path                     which files are read

Asked in this order: flags, STERNWAY_* variables, sternway.toml here or in a folder above,
$XDG_CONFIG_HOME/sternway/config.toml, PAGER and DATABASE_URL (redb: and postgres: only), what is built in.
  actor = \"human:alice\"                       who acts
  environment = \"staging\"
  namespace = \"team-a\"
  [store]
  url = \"redb:data/agents.redb\"               from the folder of the file on
  lock_timeout = \"30s\"                        with its unit: ms, s, m, h
  [ui]
  color = \"never\"                             auto, always, never
  output = \"table\"                            table, json, jsonl, name
  quiet = false
  pager = \"less\"                              or \"never\"; in your own file only
  [validators.lint]                           what a policy may ask for; in your own file only
  command = [\"ruff\", \"check\", \"{file}\"]    exit status 0 passes, 1 does not
  timeout = \"30s\"
  [routers.edge]                              what shares requests out: docs/routers.md
  haproxy = \"unix:/run/haproxy/sternway.sock\"
  artifacts = [\"tools/search\"]
  environment = \"production\"                  or environments = [..]
A text may be { env = \"NAME\" } or { file = \"PATH\" }: it is taken from that variable, or is what that
file holds, and shown as ***.";

/// See and set what holds where nothing is typed, and see where it was set.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the settings, and where each was set.
    List,
    /// Print what a setting is.
    Get {
        /// Which.
        key: String,
    },
    /// Set a setting in a file: in the nearest sternway.toml, or in one that is made here.
    Set {
        /// Which.
        key: String,
        /// What to.
        value: String,
        /// In your own file instead, for every folder.
        #[arg(long)]
        user: bool,
    },
    /// Show which files are read.
    Path,
}

impl Args {
    /// Whether it works with files that make no sense.
    pub(crate) const fn reads_settings(&self) -> bool {
        !matches!(self.command, Command::Path)
    }
}

pub(crate) fn run(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    match &args.command {
        Command::List => list(context)?,
        Command::Get { key } => get(context, named(key)?)?,
        Command::Set { key, value, user } => {
            let scope = if *user { Scope::User } else { Scope::Project };
            set(context, named(key)?, value, scope)?;
        }
        Command::Path => path(context)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn named(name: &str) -> Result<Key, CliError> {
    Key::named(name).ok_or_else(|| {
        let near = nearest(name, Key::ALL.iter().map(|key| key.name().to_owned()));
        let help = near.map(|near| format!("did you mean {near}? See also: "));
        let help = format!("{}sternway settings list", help.unwrap_or_default());
        CliError::invalid(format!("there is no setting {name}")).with_help(help)
    })
}

fn view(setting: &Setting) -> SettingView {
    let origin = &setting.origin;
    SettingView {
        key: setting.key.name().into(),
        value: setting.shown(),
        origin: origin.word(),
        source: (*origin != Origin::Default).then(|| origin.to_string()),
    }
}

fn router((name, setting): (&String, &RouterSetting)) -> SettingView {
    SettingView {
        key: format!("routers.{name}").into(),
        value: setting.shown(),
        origin: setting.origin.word(),
        source: Some(setting.origin.to_string()),
    }
}

fn list(context: &Context) -> Result<(), CliError> {
    let routers = context.settings.routers.iter().map(router);
    let settings = ListView::whole(context.settings.all().map(view).chain(routers).collect());
    let all = &context.settings.passed_over;
    match context.output {
        Output::Json => {
            let passed_over = all.iter().map(passed_over).collect();
            return context.console.print_json(&SettingsView { settings, passed_over });
        }
        // Every line is a setting, so the rest is said beside them.
        Output::Jsonl | Output::Name => {
            all.iter().for_each(|it| context.console.note(&it.to_string()));
        }
        Output::Table => (),
    }
    context.answer_list(&settings, |setting| setting.key.to_string(), |page| write(context, page))
}

const fn passed_over(it: &PassedOver) -> PassedOverView {
    PassedOverView { variable: it.variable, reason: it.why, help: it.instead }
}

fn write(context: &Context, page: &mut Page) {
    let mut table =
        Table::new([Column::Left("SETTING"), Column::Left("VALUE"), Column::Left("SET BY")]);
    for setting in context.settings.all() {
        let color = if setting.origin == Origin::Default { style::DIM } else { style::PLAIN };
        table.row([
            Cell::styled(style::NAME, setting.key.name()),
            Cell::new(shown(setting)),
            Cell::styled(color, set_by(&setting.origin)),
        ]);
    }
    for (name, router) in &context.settings.routers {
        table.row([
            Cell::styled(style::NAME, format!("routers.{name}")),
            Cell::new(router.shown()),
            Cell::new(set_by(&router.origin)),
        ]);
    }
    table.write(page);
    context.settings.passed_over.iter().for_each(|it| page.hint(it));
}

fn set_by(origin: &Origin) -> String {
    match origin {
        Origin::File(path, line) => format!("{}:{line}", Context::shown(path)),
        Origin::Flag(_) | Origin::Variable(_) | Origin::Shared(_) | Origin::Default => {
            origin.to_string()
        }
    }
}

/// A value as people see it: a path without the way to the present folder.
fn shown(setting: &Setting) -> String {
    let value = setting.shown();
    if setting.key == Key::StoreUrl && !place::is_address(&value) {
        return Context::shown(Path::new(&value));
    }
    value
}

fn get(context: &Context, key: Key) -> Result<(), CliError> {
    let Some(setting) = context.settings.of(key) else {
        return Err(CliError::invalid(format!("{} is not set", key.name())));
    };
    let view = view(setting);
    context.answer(&view, &view.value, |page| page.line(&view.value))
}

fn set(context: &Context, key: Key, value: &str, scope: Scope) -> Result<(), CliError> {
    key.check(value).map_err(|why| CliError::invalid(format!("{}: {why}", key.name())))?;
    if key.is_personal() && scope == Scope::Project {
        let detail = format!("{} is a command, and is not taken from a folder", key.name());
        let value = shell::quoted(value.as_ref());
        let help = format!("sternway settings set {} {value} --user", key.name());
        return Err(CliError::invalid(detail).with_help(help));
    }
    let paths = Paths::find();
    let file = match scope {
        Scope::Project => Some(paths.project),
        Scope::User => paths.user,
    };
    let file = file.ok_or_else(|| CliError::invalid("neither HOME nor XDG_CONFIG_HOME is set"))?;
    let before = text(&file).map_err(|err| CliError::file(&file, err))?;
    // A file that makes no sense was refused when the settings were read.
    let after = edit::set(&before, key, value)
        .map_err(|err| CliError::invalid(format!("{}: {err}", Context::shown(&file))))?;
    SettingsFile { path: &file, scope, text: &after }.parse(look_up)?;
    if !context.dry_run && after != before {
        replace(&file, &after).map_err(|err| CliError::file(&file, err))?;
    }
    say_set(context, key, value, &file)
}

/// Puts a text in the place of a file, at once.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    if let Ok(metadata) = std::fs::metadata(file) {
        new.as_file().set_permissions(metadata.permissions())?;
    }
    new.persist(file).map(drop).map_err(|err| err.error)
}

fn say_set(context: &Context, key: Key, value: &str, file: &Path) -> Result<(), CliError> {
    let holds = context.settings.of(key);
    let above = holds.filter(|setting| match &setting.origin {
        Origin::Flag(_) | Origin::Variable(_) => true,
        // The file of the user was set, and that of the folder says something too.
        Origin::File(path, _) => path != file && path.ends_with("sternway.toml"),
        Origin::Shared(_) | Origin::Default => false,
    });
    let shown_file = Context::shown(file);
    let view = SettingSetView {
        key: key.name(),
        value: value.to_owned(),
        file: shown_file.clone(),
        overridden_by: above.map(|setting| setting.origin.to_string()),
        dry_run: context.dry_run,
    };
    context.answer(&view, key.name(), |page| {
        let (name, would) = (style::paint(style::NAME, key.name()), context.would());
        page.line(format_args!("{name} {would}set in {shown_file}"));
        if let Some(above) = &view.overridden_by {
            page.hint(format_args!("  {above} goes before it, here and now"));
        }
    })
}

fn path(context: &Context) -> Result<(), CliError> {
    let Paths { project, user } = Paths::find();
    let files = [Some(("project", project)), user.map(|path| ("user", path))];
    let views = files.into_iter().flatten().map(|(scope, path)| SettingsFileView {
        scope,
        exists: path.is_file(),
        path: Context::shown(&path),
    });
    let list = ListView::whole(views.collect());
    context.answer_list(
        &list,
        |file: &SettingsFileView| file.path.clone(),
        |page| {
            for file in &list.items {
                let state = if file.exists { "" } else { "  (is not there)" };
                let scope = style::paint(style::NAME, format_args!("{:<7}", file.scope));
                page.line(format_args!("{scope}  {}{state}", file.path));
            }
        },
    )
}
