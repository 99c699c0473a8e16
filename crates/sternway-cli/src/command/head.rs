//! `sternway head`: signed heads, to be kept elsewhere.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use sternway::{
    Missing,
    api::{HeadKeyView, SignedHeadView},
    control::signed_head::HeadSigner,
    provider::secret,
    types::At,
};

use crate::{context::Context, error::CliError, render::style};

const EXAMPLES: &str = "\
Examples:
  sternway head key ops.key --name acme.example/prompts     once; keep ops.key elsewhere
  sternway head sign --key ops.key --to /mnt/witness/head   now and then, and after a release
  sternway verify --head /mnt/witness/head --signer acme.example/prompts+1f2e…+AQ…

The chain shows that nothing within the history was changed. A signed head that is kept elsewhere
shows that its end was not cut off, and that no old copy of the store was put back.";

/// Sign where the store stands, for a file that is kept elsewhere.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a key that signs heads.
    Key(Key),
    /// Sign where the namespace stands.
    Sign(Sign),
}

#[derive(Debug, clap::Args)]
struct Key {
    /// The file for the key; it must not be there yet. Only its owner may read it.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Whose key it is.
    #[arg(long, value_name = "NAME", default_value = "sternway")]
    name: String,
}

#[derive(Debug, clap::Args)]
struct Sign {
    /// The key, as `sternway head key` made it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// Write the signed head to this file, as a whole or not at all. Default: print it.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    match args.verb {
        Verb::Key(args) => key(context, &args),
        Verb::Sign(args) => sign(context, &args).await,
    }
}

fn key(context: &Context, args: &Key) -> Result<ExitCode, CliError> {
    let secret = secret().map_err(|err| CliError::invalid(err.to_string()))?;
    let signer = HeadSigner::new(&args.name, secret).map_err(CliError::invalid_by)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || -> io::Result<()> {
        let mut file = options.open(&args.file)?;
        writeln!(file, "{}", signer.to_secret_text())?;
        file.sync_all()
    };
    if !context.dry_run {
        write().map_err(|err| CliError::file(&args.file, err))?;
    }
    let (verifier, file) = (signer.verifier().to_string(), Context::shown(&args.file));
    let view = HeadKeyView { verifier, file };
    context.answer(&view, &view.verifier, |page| {
        page.line(&view.verifier);
        page.hint(format_args!("  {} signs: keep it secret, and not beside the store", view.file));
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn sign(context: &Context, args: &Sign) -> Result<ExitCode, CliError> {
    if context.at.is_some() {
        let why = "an old head says less than a new one: sign where the store stands now";
        return Err(CliError::invalid(why).with_help("leave --at away"));
    }
    let text = fs::read_to_string(&args.key).map_err(|err| CliError::file(&args.key, err))?;
    let signer: HeadSigner = text.parse().map_err(CliError::invalid_by)?;
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let head = control.store().head(control.namespace(), At::Head).await?;
        let missing = || CliError::invalid("the namespace is gone");
        let head = head.ok_or_else(missing)?;
        let note = signer.sign(control.namespace(), &head);
        let namespace = control.namespace().clone();
        Ok(SignedHeadView { namespace, revision: head.revision, chain: head.chain, note })
    });
    let view = view.await?;
    if let Some(to) = args.to.as_ref().filter(|_| !context.dry_run) {
        replace(to, &view.note).map_err(|err| CliError::file(to, err))?;
    }
    context.answer(&view, &view.revision.to_string(), |page| match &args.to {
        Some(to) => {
            let signed = style::paint(style::GOOD, format_args!("revision {}", view.revision));
            let (would, to) = (context.would(), Context::shown(to));
            page.line(format_args!("{signed} of {} {would}signed in {to}", view.namespace));
        }
        None => page.line(view.note.trim_end()),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file under another name first, so that whoever reads it sees the old one or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let mut file = fs::File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(new, path)
}
