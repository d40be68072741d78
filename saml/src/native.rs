//! What libxml2 and libxmlsec1 can do and the safe crates over them cannot ask for. The one module with
//! `unsafe`: the libraries must be told to be silent, to resolve a Reference by its ID and nothing else, and to
//! canonicalize an element where it stands.
#![expect(
    unsafe_code,
    reason = "calls into C that no safe crate offers: error callbacks, ID tables, a canonical form of a part"
)]

use std::{
    cell::RefCell,
    ffi::{CStr, CString, c_char, c_int, c_void},
    ptr,
    sync::Once,
};

use libxml::{bindings as xml, readonly::RoNode, tree::Document};
use xmlsec::{XmlSecSignatureContext, bindings as dsig};

/// libxmlsec1 tells its errors so: file, line, function, object, subject, reason, message
/// (`xmlsec/errors.h`; the same in 1.2 and 1.3). The crate's bindings leave that header out.
type Report = unsafe extern "C" fn(
    *const c_char,
    c_int,
    *const c_char,
    *const c_char,
    *const c_char,
    c_int,
    *const c_char,
);

unsafe extern "C" {
    fn xmlSecErrorsSetCallback(callback: Option<Report>);
    fn xmlSecBase64SetDefaultLineSize(columns: c_int);
}

thread_local! {
    /// The first error that was told on this thread: the later ones only say who called whom.
    static TOLD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs something over the two libraries: what they would print is kept, and the first of it comes back.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> (T, Option<String>) {
    static READY: Once = Once::new();
    READY.call_once(|| {
        // Any context initialises the library, which installs its own callback; ours comes after it.
        drop(XmlSecSignatureContext::new());
        // SAFETY: `hear` has the type that the library's header names, lives for ever and never unwinds.
        unsafe { xmlSecErrorsSetCallback(Some(hear)) };
        // Base64 on one line: a DigestValue of more than 64 characters (SHA-512) is signed with its line break
        // otherwise, and we write it without. Nought, for no limit, is refused elsewhere in the library.
        // SAFETY: it sets a number, before any signature is made.
        unsafe { xmlSecBase64SetDefaultLineSize(1 << 20) };
    });
    // SAFETY: `take` has the type that this libxml2 wants and lives for ever. libxml2 keeps it per thread.
    unsafe { xml::xmlSetStructuredErrorFunc(ptr::null_mut(), Some(take)) };
    TOLD.set(None);
    let done = work();
    (done, TOLD.take())
}

/// Makes References be looked up in the table of IDs, not by an XPointer evaluated over the whole document, and
/// never outside of it.
pub(crate) fn restrict(context: &mut XmlSecSignatureContext, by_id: bool) {
    // SAFETY: the context lives as long as the borrow, and the library reads both fields only while it signs or
    // verifies.
    unsafe {
        let context = context.as_ptr();
        (*context).enabledReferenceUris = SAME_DOCUMENT;
        if by_id {
            (*context).flags |= dsig::XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;
        }
    }
}

/// `xmlSecTransformUriTypeEmpty | xmlSecTransformUriTypeSameDocument` (`xmlsec/transforms.h`).
const SAME_DOCUMENT: dsig::xmlSecTransformUriType = 1 | 2;

/// Signs by the Signature at this node.
pub(crate) fn sign(context: &XmlSecSignatureContext, signature: RoNode) -> bool {
    // SAFETY: the node is one of a document that the caller keeps; the context has a key, or it is an error.
    unsafe { dsig::xmlSecDSigCtxSign(context.as_ptr(), signature.node_ptr().cast()) >= 0 }
}

/// Verifies the Signature at this node; none where that cannot be done.
pub(crate) fn verify(context: &XmlSecSignatureContext, signature: RoNode) -> Option<bool> {
    // SAFETY: as above; the status is read after the library set it.
    unsafe {
        let context = context.as_ptr();
        let done = dsig::xmlSecDSigCtxVerify(context, signature.node_ptr().cast()) >= 0;
        done.then(|| (*context).status == dsig::xmlSecDSigStatus_xmlSecDSigStatusSucceeded)
    }
}

/// Makes the first element whose attribute `ID` is this one known by it, and by nothing else. How many elements
/// have it.
pub(crate) fn declare_id(document: &Document, id: &str) -> usize {
    let Ok(value) = CString::new(id) else { return 0 };
    let wanted: *const xml::xmlChar = value.as_ptr().cast();
    let mut found = 0;
    for element in elements(document) {
        // SAFETY: the element is one of the document, which is borrowed; the names are NUL-terminated. Without a
        // DTD xmlHasNsProp finds a real attribute or null; xmlAddID copies the value.
        unsafe {
            let attribute = xml::xmlHasNsProp(element.node_ptr(), c"ID".as_ptr().cast(), ptr::null());
            if attribute.is_null() || !has_text(attribute, wanted) {
                continue;
            }
            found += 1;
            if found > 1 {
                continue;
            }
            let document = document.doc_ptr();
            let known = xml::xmlGetID(document, wanted);
            if !known.is_null() && known != attribute {
                // An xml:id, which the parser makes known by itself.
                xml::xmlRemoveID(document, known);
            }
            if known != attribute {
                xml::xmlAddID(ptr::null_mut(), document, wanted, attribute);
            }
        }
    }
    found
}

/// # Safety
/// An attribute of a living document, and NUL-terminated text.
unsafe fn has_text(attribute: xml::xmlAttrPtr, wanted: *const xml::xmlChar) -> bool {
    // SAFETY: by contract. Without entities a value is one text node, or none.
    unsafe {
        let node = (*attribute).children;
        !node.is_null() && (*node).next.is_null() && xml::xmlStrEqual((*node).content, wanted) == 1
    }
}

/// The elements of a document in its order.
pub(crate) fn elements(document: &Document) -> impl Iterator<Item = RoNode> + '_ {
    let mut next = document.get_root_readonly();
    std::iter::from_fn(move || {
        let here = next?;
        let mut from = here;
        next = here.get_first_element_child();
        while next.is_none() {
            next = from.get_next_element_sibling();
            if next.is_none() {
                match from.get_parent().filter(|parent| parent.is_element_node()) {
                    Some(parent) => from = parent,
                    None => break,
                }
            }
        }
        Some(here)
    })
}

/// Which canonical form.
#[derive(Clone, Copy)]
pub(crate) struct Form<'a> {
    pub(crate) mode: c_int,
    pub(crate) comments: bool,
    pub(crate) prefixes: &'a [&'a str],
}

/// The canonical form of an element where it stands, or of the whole document, without some elements in it;
/// none where libxml2 finds none.
pub(crate) fn canonical(
    document: &Document,
    apex: Option<RoNode>,
    without: &[RoNode],
    form: Form<'_>,
) -> Option<Vec<u8>> {
    let prefixes: Vec<CString> = form
        .prefixes
        .iter()
        .filter_map(|prefix| CString::new(*prefix).ok())
        .collect();
    let mut list: Vec<*mut xml::xmlChar> = prefixes
        .iter()
        .map(|prefix| prefix.as_ptr().cast_mut().cast())
        .chain([ptr::null_mut()])
        .collect();
    let top: xml::xmlNodePtr = document.doc_ptr().cast();
    let mut shown = Shown {
        apex: apex.map_or(top, |apex| apex.node_ptr()),
        // A document element has no ancestors to inherit from, and libxml2 looks for some unless its parent is
        // shown.
        top: (document.get_root_readonly() == apex).then_some(top),
        left_out: without.iter().map(|node| node.node_ptr()).collect(),
    };
    // SAFETY: the buffer is this function's own until it is closed; `visible` gets the `Shown` that it expects,
    // alive and unaliased for the call; the list of prefixes ends with null and outlives the call.
    unsafe {
        let buffer = xml::xmlAllocOutputBuffer(ptr::null_mut());
        if buffer.is_null() {
            return None;
        }
        let done = xml::xmlC14NExecute(
            document.doc_ptr(),
            Some(visible),
            ptr::from_mut(&mut shown).cast(),
            form.mode,
            list.as_mut_ptr(),
            c_int::from(form.comments),
            buffer,
        );
        let content = xml::xmlOutputBufferGetContent(buffer);
        let octets = (done >= 0).then(|| match content.is_null() {
            true => Vec::new(),
            false => std::slice::from_raw_parts(content, xml::xmlOutputBufferGetSize(buffer)).to_vec(),
        });
        xml::xmlOutputBufferClose(buffer);
        octets
    }
}

/// What a canonical form shows: what is at or below `apex`, and not at or below what is left out. Attributes and
/// namespaces are shown with their element.
struct Shown {
    apex: xml::xmlNodePtr,
    top: Option<xml::xmlNodePtr>,
    left_out: Vec<xml::xmlNodePtr>,
}

unsafe extern "C" fn visible(shown: *mut c_void, node: xml::xmlNodePtr, parent: xml::xmlNodePtr) -> c_int {
    // SAFETY: libxml2 hands back the `Shown` of `canonical`, and a node of the document that it walks or a
    // namespace, whose types stand at the same place (`libxml/tree.h`); parents lead to the document.
    unsafe {
        let shown = &*shown.cast::<Shown>();
        if shown.top == Some(node) {
            return 1;
        }
        let attached = matches!(
            (*node).type_,
            xml::xmlElementType_XML_NAMESPACE_DECL | xml::xmlElementType_XML_ATTRIBUTE_NODE
        );
        let mut here = if attached { parent } else { node };
        while !here.is_null() && !shown.left_out.contains(&here) {
            if here == shown.apex {
                return 1;
            }
            here = (*here).parent;
        }
        0
    }
}

/// libxmlsec1's errors.
unsafe extern "C" fn hear(
    _file: *const c_char,
    _line: c_int,
    _function: *const c_char,
    _object: *const c_char,
    subject: *const c_char,
    _reason: c_int,
    message: *const c_char,
) {
    // SAFETY: libxmlsec1 passes null or NUL-terminated text that lives for the call.
    let (subject, message) = unsafe { (text(subject), text(message)) };
    tell(match message.trim() {
        "" => subject,
        message => format!("{subject}: {message}"),
    });
}

/// libxml2's errors.
unsafe extern "C" fn take<E: Error>(_: *mut c_void, error: E) {
    let error = error.pointer();
    if !error.is_null() {
        // SAFETY: libxml2 passes an error that lives for the call, its message null or NUL-terminated.
        tell(unsafe { text((*error).message) });
    }
}

/// The pointer that libxml2 hands to an error handler: `const` since version 2.12.
trait Error {
    fn pointer(self) -> *const xml::xmlError;
}

impl Error for *mut xml::xmlError {
    fn pointer(self) -> *const xml::xmlError {
        self
    }
}

impl Error for *const xml::xmlError {
    fn pointer(self) -> *const xml::xmlError {
        self
    }
}

/// Keeps an error unless one is kept. Called from C, into which nothing may unwind: nothing here can panic.
fn tell(message: String) {
    let _ = TOLD.try_with(|told| {
        if let Ok(mut told) = told.try_borrow_mut() {
            told.get_or_insert_with(|| message.trim().to_owned());
        }
    });
}

/// # Safety
/// Null, or NUL-terminated text that lives for the call.
unsafe fn text(at: *const c_char) -> String {
    if at.is_null() {
        return String::new();
    }
    // SAFETY: by contract.
    unsafe { CStr::from_ptr(at) }.to_string_lossy().into_owned()
}
