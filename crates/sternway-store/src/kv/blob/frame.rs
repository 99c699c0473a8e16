//! Frames of zstd: of bytes by themselves, and of what sets them apart from others.

use zstd::{
    bulk::Compressor,
    zstd_safe::{CCtx, CParameter, DCtx},
};

/// The level of compression: the one that costs little more than a copy.
const LEVEL: i32 = 3;

/// Bytes below this many are kept as they are: a frame would save next to nothing.
const MIN_COMPRESSED: usize = 1024;

/// Of parts of a content that come after some which did not get smaller, how many are not tried for
/// each one that is.
const UNTRIED: u32 = 7;

/// Compresses parts of one content one after the other, in the same memory.
pub(super) struct Frames {
    /// None if there is no memory for it: then everything is kept as it is.
    compressor: Option<Compressor<'static>>,
    frame: Vec<u8>,
    /// How many parts are kept as they are before one is tried again: what was compressed before
    /// mostly goes on like that.
    untried: u32,
}

impl Frames {
    pub(super) fn new() -> Self {
        Self { compressor: Compressor::new(LEVEL).ok(), frame: Vec::new(), untried: 0 }
    }

    /// A frame of bytes; nothing if it would not be smaller.
    pub(super) fn compress(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        if bytes.len() < MIN_COMPRESSED {
            return None;
        }
        if let Some(fewer) = self.untried.checked_sub(1) {
            self.untried = fewer;
            return None;
        }
        self.untried = UNTRIED;
        self.frame.clear();
        // What has no room in one byte less would not be smaller.
        self.frame.reserve_exact(bytes.len());
        let compressor = self.compressor.as_mut()?;
        compressor.compress_to_buffer(bytes, &mut self.frame).ok()?;
        if self.frame.len() >= bytes.len() {
            return None;
        }
        self.untried = 0;
        Some(&self.frame)
    }
}

/// The bytes of a frame; nothing if it is not one, or holds more than `room` bytes.
pub(super) fn expand(frame: &[u8], room: usize) -> Option<Vec<u8>> {
    zstd::bulk::decompress(frame, room).ok()
}

/// A frame of what sets bytes apart from others; nothing if that takes more than `room` bytes.
pub(super) fn compress_against(base: &[u8], bytes: &[u8], room: usize) -> Option<Vec<u8>> {
    let mut context = CCtx::try_create()?;
    context.set_parameter(CParameter::CompressionLevel(LEVEL)).ok()?;
    // The length stands beside the frame.
    context.set_parameter(CParameter::ContentSizeFlag(false)).ok()?;
    context.ref_prefix(base).ok()?;
    let mut frame = Vec::with_capacity(room);
    context.compress2(&mut frame, bytes).ok()?;
    Some(frame)
}

/// The bytes that a frame sets apart from others; nothing if it is not such a frame, or holds more
/// than `room` bytes.
pub(super) fn expand_against(base: &[u8], frame: &[u8], room: usize) -> Option<Vec<u8>> {
    let mut context = DCtx::try_create()?;
    context.ref_prefix(base).ok()?;
    let mut bytes = Vec::with_capacity(room);
    context.decompress(&mut bytes, frame).ok()?;
    Some(bytes)
}
