//! Signing out: here, and at the identity provider (Single Logout Profile, Profiles 4.4).

mod begin;
mod hmac;
mod query;
mod receive;

pub(crate) use begin::logout;
pub(crate) use receive::receive;
