//! Where a page keeps values beside its cookies.

/// One of the two storages that a page's origin has (WHATWG HTML, section 12.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// `localStorage`: of the origin, shared by all tabs of a session.
    Local,
    /// `sessionStorage`: of the origin, a tab's own.
    Session,
}
