//! Reads secrets from where they are, at the moment when they are needed.

use std::{env, fs, io, io::Read as _};

use sternway_types::SecretRef;

/// The longest file that is taken for a secret, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A secret is not there. It may be there later.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoSecret {
    /// The variable is not set, or is no text.
    #[error("the variable {0} is not set where this is sent from")]
    Unset(String),
    /// The file cannot be read.
    #[error("cannot read {path}")]
    File {
        /// Which.
        path: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// There is nothing in it but white space.
    #[error("{0} is empty")]
    Empty(SecretRef),
}

/// The secret, without white space around it.
///
/// # Errors
///
/// [`NoSecret`] if it is not there.
pub fn secret(from: &SecretRef) -> Result<String, NoSecret> {
    let found = match from {
        SecretRef::Variable(name) => env::var(name).map_err(|_| NoSecret::Unset(name.clone())),
        SecretRef::File(path) => {
            let mut text = String::new();
            let read =
                fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
            read.map(|_| text).map_err(|source| NoSecret::File { path: path.clone(), source })
        }
    }?;
    let secret = found.trim();
    if secret.is_empty() { Err(NoSecret::Empty(from.clone())) } else { Ok(secret.to_owned()) }
}
