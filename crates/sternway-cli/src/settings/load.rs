//! Finding settings files and reading them.

use std::{
    env, fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Origin, Setting, Settings,
    file::{Elsewhere, Scope, SettingsFile},
    health::{self, HealthSettings},
    key::Key,
    older::{self, PassedOver},
    routers::RouterSettings,
    typed::Typed,
    validators::ValidatorSettings,
};
use crate::{context::user, error::CliError, place};

/// The file that is looked for, here and in every folder above.
const PROJECT: &str = "sternway.toml";
/// The file of the user, in the folder of all settings.
const USER: &str = "sternway/config.toml";
/// The largest file that is read: far more than there is to set.
const MAX_FILE: u64 = 1024 * 1024;
/// The longest file that holds one value.
const MAX_VALUE: u64 = 64 * 1024;
/// What shows what is longer than the screen.
const PAGER: &str = "less";

/// Where the settings files are, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paths {
    /// The nearest one above, or the one that would be here.
    pub(crate) project: PathBuf,
    /// That of the user; nothing if the user has no home.
    pub(crate) user: Option<PathBuf>,
}

impl Paths {
    /// Looks for them from here.
    pub(crate) fn find() -> Self {
        let here = env::current_dir().unwrap_or_default();
        let mut above = here.ancestors().map(|folder| folder.join(PROJECT));
        let project = above.find(|file| file.is_file()).unwrap_or_else(|| here.join(PROJECT));
        // A relative folder is to be ignored, as the XDG base directory specification has it.
        let set = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")));
        Self { project, user: folder.map(|folder| folder.join(USER)) }
    }
}

/// Reads the settings, layer by layer.
///
/// # Errors
///
/// [`CliError`] if a file cannot be read, or makes no sense: then with the line and the column.
pub(crate) fn load(typed: Typed) -> Result<Settings, CliError> {
    let paths = Paths::find();
    let Typed { mut first, built_in } = typed;
    first.extend(of_variable(Key::Pager, "STERNWAY_PAGER", Origin::Variable));
    let older = env::var(older::HEALTH_CHECK_TIMEOUT).ok();
    let timeout = older.as_deref().and_then(older::health_check_timeout);
    let of_checks = timeout.unwrap_or(health::TIMEOUT);
    let project = read(&paths.project, Scope::Project, of_checks)?;
    let user = match &paths.user {
        Some(path) => read(path, Scope::User, of_checks)?,
        None => Read::default(),
    };
    let mut shared: Vec<Setting> =
        of_variable(Key::Pager, "PAGER", Origin::Shared).into_iter().collect();
    let url = of_variable(Key::StoreUrl, "DATABASE_URL", Origin::Shared);
    // It is most often about the database of another program, which is no reason to refuse.
    let names_one = |url: &str| url.starts_with("redb:") || place::is_address(url);
    let is_ours = url.as_ref().is_none_or(|url| names_one(url.value()));
    shared.extend(url.filter(|_| is_ours));
    shared.extend(of_variable(Key::PoolSize, "DATABASE_POOL_SIZE", Origin::Shared));
    let layers = [first, project.settings, user.settings, shared, built_in, found_here()];
    let mut settings = Settings::merge(layers);
    settings.validators = user.validators;
    settings.health = user.health;
    // Of one name, the folder's goes first.
    settings.routers = user.routers;
    settings.routers.extend(project.routers);
    settings.passed_over.extend((!is_ours).then_some(PassedOver::DATABASE_URL));
    let is_read = |name: &str| name == older::HEALTH_CHECK_TIMEOUT && timeout.is_some();
    let passed_over = PassedOver::of_older(|name| is_set(name) && !is_read(name));
    settings.passed_over.extend(passed_over);
    Ok(settings)
}

/// What is in one file.
#[derive(Default)]
struct Read {
    settings: Vec<Setting>,
    validators: ValidatorSettings,
    health: HealthSettings,
    routers: RouterSettings,
}

/// What is in one file, where checks have so much time that do not say; nothing if there is no such file.
///
/// # Errors
///
/// As [`load`].
fn read(path: &Path, scope: Scope, of_checks: Duration) -> Result<Read, CliError> {
    let text = text(path).map_err(|err| CliError::file(path, err))?;
    let file = SettingsFile { path, scope, text: &text };
    Ok(Read {
        settings: file.parse(look_up)?,
        validators: file.validators()?,
        health: file.health(of_checks)?,
        routers: file.routers()?,
    })
}

/// What a value is that is taken from elsewhere; nothing if it is not there, or no text.
pub(crate) fn look_up(elsewhere: &Elsewhere) -> Option<String> {
    match elsewhere {
        Elsewhere::Variable(name) => env::var(name).ok(),
        Elsewhere::File(path) => {
            let mut text = String::new();
            let file = fs::File::open(path).ok()?;
            file.take(MAX_VALUE + 1).read_to_string(&mut text).ok()?;
            // Editors end a file with a line end, which no value has.
            let value = text.trim_end_matches(['\r', '\n']);
            (text.len() as u64 <= MAX_VALUE).then(|| value.to_owned())
        }
    }
}

/// What is in a file; nothing if there is no such file.
///
/// # Errors
///
/// If it is there and cannot be read, or is far too large.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > MAX_FILE => Err(io::ErrorKind::FileTooLarge.into()),
        Ok(_) => fs::read_to_string(path),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(err) => Err(err),
    }
}

/// Whether a variable says anything. What it says may be a secret, or no text at all.
fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn of_variable(
    key: Key,
    name: &'static str,
    origin: fn(&'static str) -> Origin,
) -> Option<Setting> {
    let value = env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(Setting::new(key, value, origin(name)))
}

/// What depends on who works where.
fn found_here() -> Vec<Setting> {
    let store = place::find(None).shown();
    [(Key::Actor, user().to_string()), (Key::StoreUrl, store), (Key::Pager, PAGER.into())]
        .map(|(key, value)| Setting::new(key, value, Origin::Default))
        .into()
}
