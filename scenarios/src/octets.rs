//! The last step of whatever is made: operations on the signed text, and the octets that it becomes.

use crate::{
    apply,
    context::Context,
    fault::Fault,
    operation::{Encoding, Operation},
    workbench::Workbench,
};

/// Does the operations; the last may be one on bytes.
pub(crate) fn finish(
    bench: &mut Workbench,
    operations: &[Operation],
    context: &Context<'_>,
) -> Result<Vec<u8>, Fault> {
    let (recode, operations) = match operations.split_last() {
        Some((Operation::Recode(recode), before)) => (Some(recode.recode), before),
        _ => (None, operations),
    };
    apply::apply(bench, operations, context)?;
    Ok(match recode {
        None => bench.text.clone().into_bytes(),
        Some(Encoding::Utf8Bom) => format!("\u{feff}{}", bench.text).into_bytes(),
        Some(Encoding::Crlf) => bench.text.replace('\n', "\r\n").into_bytes(),
        Some(Encoding::Latin1) => {
            let bytes = bench.text.chars().map(u8::try_from).collect::<Result<_, _>>();
            bytes.map_err(|_| Fault::recipe("`recode`: the message has a character beyond U+00FF"))?
        }
        Some(Encoding::Utf16le) => {
            let text = format!(
                "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>{}",
                bench.text
            );
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
    })
}
