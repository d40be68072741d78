//! libxml2 and libxmlsec1 print what they think of a message to stderr. A test harness shows them thousands
//! that are wrong on purpose; what matters comes back as an error value.
#![expect(
    unsafe_code,
    reason = "neither crate has a safe way to silence the C library below it"
)]

use std::{cell::Cell, sync::Once};

unsafe extern "C" {
    /// `xmlsec/errors.h`; the library is linked by the crate `xmlsec`, which does not declare it.
    fn xmlSecErrorsDefaultCallbackEnableOutput(enabled: std::os::raw::c_int);
}

unsafe extern "C" fn nothing(_: *mut std::os::raw::c_void, _: libxml::bindings::xmlErrorPtr) {}

/// Silences libxmlsec1 for the process, and libxml2 for this thread. Cheap after the first time.
pub(crate) fn silence() {
    static XMLSEC: Once = Once::new();
    thread_local!(static LIBXML: Cell<bool> = const { Cell::new(false) });
    XMLSEC.call_once(|| {
        // SAFETY: sets an integer that the default error callback reads; may be called at any time.
        unsafe { xmlSecErrorsDefaultCallbackEnableOutput(0) };
    });
    if !LIBXML.replace(true) {
        // SAFETY: the handler is a function without state that lives as long as the program; libxml2 keeps
        // the two pointers for this thread and hands the null context back to it.
        unsafe { libxml::bindings::xmlSetStructuredErrorFunc(std::ptr::null_mut(), Some(nothing)) };
    }
}
