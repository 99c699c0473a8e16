//! `sternway doctor`: is everything as it should be around the store?

mod policies;

use std::{fs, path::Path, process::ExitCode};

use sternway::{
    api::{CheckupView, DoctorView, Health, ProblemCode},
    postgres::{Condition, Finding},
    types::At,
};

use super::{routers, verify};
use crate::{
    context::Context,
    error::CliError,
    format::{number, visible},
    place::{self, Found},
    render::{page::Page, style},
    view,
};

const EXAMPLES: &str = "\
Examples:
  sternway doctor                            exit code 0: it works, else what fails";

/// Look at the store and around it, and say what to do.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {}

pub(crate) async fn run(context: &Context, _: Args) -> Result<ExitCode, CliError> {
    let mut checks = vec![ok("version", format!("sternway {}", env!("CARGO_PKG_VERSION")))];
    let found = place::find(context.place.as_ref());
    checks.push(where_it_is(&found));
    let mut failed = ExitCode::SUCCESS;
    match found {
        Found::Nothing(_) => failed = ExitCode::from(ProblemCode::StoreNotFound.exit_code()),
        Found::File(_) | Found::Database(_) => {
            checks.extend(found.file().map(permissions).unwrap_or_default());
            checks.extend(server(&found).await);
            match inside(context, &found).await {
                Ok(inside) => checks.extend(inside),
                Err(err) => {
                    failed = ExitCode::from(err.code().exit_code());
                    checks.push(cannot_open(&err));
                }
            }
        }
    }
    let routers = Box::pin(routers::checked(context)).await;
    // That a store does not open goes first.
    if failed == ExitCode::SUCCESS && routers.iter().any(|check| check.health == Health::Fail) {
        failed = ExitCode::from(ProblemCode::RouterUnavailable.exit_code());
    }
    checks.extend(routers);
    let health = checks.iter().map(|check| check.health).max().unwrap_or(Health::Ok);
    let damaged = checks.iter().any(|it| it.name == "integrity" && it.health == Health::Fail);
    let unjudged = checks.iter().any(|it| it.name == policies::NAME && it.health == Health::Fail);
    if failed == ExitCode::SUCCESS && unjudged {
        failed = ExitCode::from(ProblemCode::Invalid.exit_code());
    }
    if damaged {
        failed = ExitCode::from(ProblemCode::IntegrityMismatch.exit_code());
    }
    let view = DoctorView { health, checks };
    context.answer(&view, word(health), |page| write(&view, page))?;
    Ok(failed)
}

const fn word(health: Health) -> &'static str {
    match health {
        Health::Ok => "ok",
        Health::Warn => "warn",
        Health::Fail | _ => "fail",
    }
}

pub(super) fn ok(name: &'static str, detail: String) -> CheckupView {
    CheckupView { name, health: Health::Ok, detail, help: None }
}

fn where_it_is(found: &Found) -> CheckupView {
    let file = found.shown();
    match found {
        Found::Database(_) => ok("store", file),
        Found::File(path) => {
            let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
            ok("store", format!("{file}, {}", number::bytes(size)))
        }
        Found::Nothing(_) => CheckupView {
            name: "store",
            health: Health::Fail,
            detail: format!("there is none: {file} would be it"),
            help: Some("sternway init".into()),
        },
    }
}

/// Contents may be secret: nobody but the owner is to read them.
#[cfg(unix)]
fn permissions(file: &Path) -> Vec<CheckupView> {
    use std::os::unix::fs::PermissionsExt;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let places = [Some(file), folder].into_iter().flatten();
    let open = places.filter_map(|path| {
        let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some((path, mode))
    });
    let views: Vec<CheckupView> = open
        .map(|(path, mode)| {
            let (shown, wanted) = (Context::shown(path), if path.is_dir() { "700" } else { "600" });
            CheckupView {
                name: "permissions",
                health: Health::Warn,
                detail: format!("others may use {shown} (mode {mode:o})"),
                help: Some(format!("chmod {wanted} {shown}")),
            }
        })
        .collect();
    if views.is_empty() {
        return vec![ok("permissions", "only its owner may read it".into())];
    }
    views
}

#[cfg(not(unix))]
fn permissions(_: &Path) -> Vec<CheckupView> {
    Vec::new()
}

/// The server of a store in a database. That it cannot be asked is said by who opens it.
async fn server(found: &Found) -> Vec<CheckupView> {
    let Found::Database(address) = found else { return Vec::new() };
    let findings = address.connect().examine().await.unwrap_or_default();
    let view = |finding: Finding| CheckupView {
        name: finding.subject,
        health: match finding.condition {
            Condition::Good => Health::Ok,
            Condition::Doubtful => Health::Warn,
            Condition::Bad => Health::Fail,
        },
        detail: finding.detail,
        help: finding.advice,
    };
    findings.into_iter().map(view).collect()
}

fn cannot_open(err: &CliError) -> CheckupView {
    let busy = err.code() == ProblemCode::StoreBusy;
    CheckupView {
        name: if busy { "lock" } else { "open" },
        health: if busy { Health::Warn } else { Health::Fail },
        detail: err.chain().join(": "),
        help: err.help(),
    }
}

async fn inside(context: &Context, found: &Found) -> Result<Vec<CheckupView>, CliError> {
    let looked = context.look(async |store| {
        let report = store.verify().await?;
        let head = match store.head(&context.namespace, At::Head).await {
            // What is wrong with it is in the report.
            Err(_) if !report.is_sound() => None,
            head => head?,
        };
        let floor = match store.floor(&context.namespace).await {
            Err(_) if !report.is_sound() => None,
            floor => floor?,
        };
        let policies = match policies::checked(context, store).await {
            Err(_) if !report.is_sound() => Vec::new(),
            policies => policies?,
        };
        Ok((head, floor, report, policies))
    });
    let (head, floor, report, policies) = looked.await?;
    let mut checks = Vec::new();
    if found.file().is_some() {
        checks.push(ok("lock", "no other process holds it".into()));
    }
    if let Some(head) = head {
        let (revision, at) = (head.revision, head.at);
        checks.push(ok("revision", format!("{revision} of {}, at {at}", context.namespace)));
        checks.push(ok("chain", head.chain.to_string()));
    }
    if let Some(floor) = floor {
        let (revision, at) = (floor.revision, floor.at);
        let detail = format!("revision {revision}, at {at}: what was before it was let go");
        checks.push(ok("begins", detail));
    }
    let report = view::report(&report);
    let looked_at = verify::looked_at(&report);
    checks.push(if report.sound {
        ok("integrity", format!("sound: {looked_at}"))
    } else {
        CheckupView {
            name: "integrity",
            health: Health::Fail,
            detail: format!("{} in {looked_at}", number::counted(report.damaged, "damage")),
            help: Some("sternway verify".into()),
        }
    });
    checks.extend(policies);
    Ok(checks)
}

fn write(view: &DoctorView, page: &mut Page) {
    for check in &view.checks {
        let color = match check.health {
            Health::Ok => style::GOOD,
            Health::Warn => style::WAITING,
            Health::Fail | _ => style::BAD,
        };
        let word = style::paint(color, format_args!("{:<4}", word(check.health)));
        let detail = visible::line(&check.detail);
        page.line(format_args!("{word}  {:<12} {detail}", check.name));
        if let Some(help) = &check.help {
            page.line(format_args!("      {:<12} {}", "", style::paint(style::NAME, help)));
        }
    }
}
