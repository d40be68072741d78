//! Signing out: here, and at the identity provider (Single Logout Profile, Profiles 4.4).

mod begin;
mod form;
mod hmac;
mod kind;
mod query;
mod receive;
mod request;

pub(crate) use begin::logout;
pub(crate) use receive::{receive, receive_form, receive_soap};
