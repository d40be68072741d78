//! What libxml2 and libxmlsec1 can do and the safe crates over them cannot ask for. The one module with
//! `unsafe`: the libraries must be told to be silent, to resolve a Reference by its ID and nothing else, and to
//! canonicalize an element where it stands.
#![expect(
    unsafe_code,
    reason = "calls into C that no safe crate offers: error callbacks, ID tables, a canonical form of a part"
)]

use std::{
    cell::RefCell,
    collections::HashSet,
    ffi::{CStr, CString, c_char, c_int, c_void},
    ptr,
    sync::Once,
};

use libxml::{
    bindings as xml,
    tree::{Document, Node},
};
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

/// Registers an element's attribute `ID` as the one attribute with this ID.
pub(crate) fn declare_id(document: &Document, element: &Node, id: &str) -> bool {
    let Ok(value) = CString::new(id) else { return false };
    // SAFETY: document and element are alive for the call; the names are NUL-terminated; xmlHasNsProp with no
    // namespace finds a real attribute of this element or null; xmlAddID copies the value.
    unsafe {
        let document = document.doc_ptr();
        let attribute = xml::xmlHasNsProp(element.node_ptr(), c"ID".as_ptr().cast(), ptr::null());
        if attribute.is_null() {
            return false;
        }
        let known = xml::xmlGetID(document, value.as_ptr().cast());
        if known == attribute {
            return true;
        }
        if !known.is_null() {
            // An xml:id, which the parser registers by itself.
            xml::xmlRemoveID(document, known);
        }
        !xml::xmlAddID(ptr::null_mut(), document, value.as_ptr().cast(), attribute).is_null()
    }
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
    apex: Option<&Node>,
    without: &[Node],
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
    let mut shown = Shown::default();
    let top: xml::xmlNodePtr = apex.map_or(document.doc_ptr().cast(), Node::node_ptr);
    shown.left_out.extend(without.iter().map(Node::node_ptr));
    // SAFETY: `top` is a node of the document, and the document is borrowed until the end.
    unsafe {
        shown.add(top);
        // A document element has no ancestors to inherit from; libxml2 looks for some unless this one is shown.
        if apex.is_none() || document.get_root_element().as_ref() == apex {
            shown.nodes.insert(document.doc_ptr().cast());
        }
    }
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

/// The nodes that a canonical form shows. Attributes and namespaces are shown with their element.
#[derive(Default)]
struct Shown {
    nodes: HashSet<xml::xmlNodePtr>,
    left_out: Vec<xml::xmlNodePtr>,
}

impl Shown {
    /// Adds a node and what is below it.
    ///
    /// # Safety
    /// `top` is a node of a document that stays alive and unchanged for the call.
    unsafe fn add(&mut self, top: xml::xmlNodePtr) {
        let mut waiting = vec![top];
        while let Some(node) = waiting.pop() {
            if self.left_out.contains(&node) {
                continue;
            }
            self.nodes.insert(node);
            // SAFETY: by contract; only documents and elements have children that belong to the tree.
            unsafe {
                if node != top && (*node).type_ != xml::xmlElementType_XML_ELEMENT_NODE {
                    continue;
                }
                let mut child = (*node).children;
                while !child.is_null() {
                    waiting.push(child);
                    child = (*child).next;
                }
            }
        }
    }
}

unsafe extern "C" fn visible(shown: *mut c_void, node: xml::xmlNodePtr, parent: xml::xmlNodePtr) -> c_int {
    // SAFETY: libxml2 hands back the `Shown` of `canonical`, and a node or a namespace, whose types stand at the
    // same place (`libxml/tree.h`).
    unsafe {
        let shown = &*shown.cast::<Shown>();
        let attached = matches!(
            (*node).type_,
            xml::xmlElementType_XML_NAMESPACE_DECL | xml::xmlElementType_XML_ATTRIBUTE_NODE
        );
        c_int::from(shown.nodes.contains(if attached { &parent } else { &node }))
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
