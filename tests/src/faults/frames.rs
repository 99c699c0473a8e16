//! What a client of PostgreSQL says, message by message.

/// Cuts what a client says into messages. The first has no letter in front of it.
#[derive(Debug, Default)]
pub(super) struct Frames {
    said: Vec<u8>,
    started: bool,
}

/// A request for TLS or GSS encryption, after which the client starts again.
const ENCRYPTION: [u32; 2] = [80_877_103, 80_877_104];

impl Frames {
    /// Takes what was read.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.said.extend_from_slice(bytes);
    }

    /// The next message that was heard whole.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        let letter = usize::from(self.started);
        let length = number(self.said.get(letter..)?)?;
        let end = letter + usize::try_from(length).ok()?;
        if self.said.len() < end {
            return None;
        }
        if !self.started {
            let code = self.said.get(4..).and_then(number);
            self.started = !code.is_some_and(|code| ENCRYPTION.contains(&code));
        }
        let rest = self.said.split_off(end);
        Some(std::mem::replace(&mut self.said, rest))
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// Whether a message holds these words.
pub(super) fn says(message: &[u8], words: &str) -> bool {
    message.windows(words.len()).any(|part| part == words.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_where_they_end_however_they_arrive() {
        let startup = [0, 0, 0, 9, 0, 3, 0, 0, 0];
        let said = [&startup[..], b"Q\0\0\0\x06x\0", b"S\0\0\0\x04"].concat();
        for cut in 0..said.len() {
            let mut frames = Frames::default();
            let mut heard = Vec::new();
            for part in [&said[..cut], &said[cut..]] {
                frames.hear(part);
                heard.extend(std::iter::from_fn(|| frames.next()));
            }
            assert_eq!(heard, [&startup[..], b"Q\0\0\0\x06x\0", b"S\0\0\0\x04"]);
        }
    }

    #[test]
    fn who_asks_for_encryption_starts_again() {
        let mut frames = Frames::default();
        frames.hear(&[0, 0, 0, 8, 4, 210, 22, 47, 0, 0, 0, 8, 0, 3, 0, 0]);
        assert_eq!(frames.next().map(|message| message.len()), Some(8));
        assert_eq!(frames.next().map(|message| message.len()), Some(8));
    }
}
