//! Random bytes that nobody can guess.

/// The system gave no random bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes: {0}")]
pub struct NoRandomness(String);

/// Draws 32 bytes that nobody can guess, such as for a signing key.
///
/// # Errors
///
/// [`NoRandomness`] if the system has none to give.
pub fn secret() -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|err| NoRandomness(err.to_string()))?;
    Ok(bytes)
}
