//! What a browser makes of an answer: whether it takes it at all, how it is unpacked, which characters it is, and whether
//! it is shown.

mod charset;
mod coding;
mod head;
mod kind;
mod sniff;

pub(super) use charset::decode;
pub(in crate::driver) use charset::text;
pub(super) use coding::unpack;
pub(super) use head::{Redirect, complaint, redirect, value};
pub(super) use kind::{Kind, Media};
