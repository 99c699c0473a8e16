//! Frames of zstd: of bytes by themselves, and of what sets them apart from others.

use zstd::zstd_safe::{CCtx, CParameter, DCtx};

/// The level of compression: the one that costs little more than a copy.
const LEVEL: i32 = 3;

/// Bytes below this many are kept as they are: a frame would save next to nothing.
const MIN_COMPRESSED: usize = 1024;

/// A frame of bytes; nothing if it would not be smaller.
pub(super) fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < MIN_COMPRESSED {
        return None;
    }
    let frame = zstd::bulk::compress(bytes, LEVEL).ok()?;
    (frame.len() < bytes.len()).then_some(frame)
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
