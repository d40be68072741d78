//! Random identifiers, as Azure writes them.

/// A random GUID (RFC 9562 version 4): lower case, with dashes.
pub(crate) fn fresh() -> String {
    let mut bytes = random();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    dashed(&bytes)
}

/// The GUID that always belongs to this text (the layout of RFC 9562 version 8, over SHA-256).
pub(crate) fn derived(text: &str) -> String {
    let digest = openssl::sha::sha256(text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    dashed(&bytes)
}

/// The id of an app role assignment: base64url, without padding, of 32 bytes, the first 16 the principal's GUID in the order
/// in which .NET writes it (checked against the sample of Graph's documentation).
pub(crate) fn assignment(principal: &str) -> String {
    use base64::prelude::*;
    let mut bytes: [u8; 32] = random();
    let digits: String = principal.chars().filter(char::is_ascii_hexdigit).collect();
    if digits.len() == 32 {
        let value = u128::from_str_radix(&digits, 16).unwrap_or_default();
        bytes[..16].copy_from_slice(&value.to_be_bytes());
        bytes[..4].reverse();
        bytes[4..6].reverse();
        bytes[6..8].reverse();
    }
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("every supported system has a source of randomness");
    bytes
}

/// Whether the text is a GUID with dashes, in either case.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn dashed(bytes: &[u8; 16]) -> String {
    let hex = hex(bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ones_differ_and_have_the_shape_of_version_four() {
        let (one, two) = (fresh(), fresh());
        assert_ne!(one, two);
        assert!(is_guid(&one) && is_guid(&two));
        assert_eq!(&one[14..15], "4");
        assert!(matches!(&one[19..20], "8" | "9" | "a" | "b"));
    }

    #[test]
    fn a_derived_one_depends_on_its_text_alone() {
        assert_eq!(derived("https://sp.example"), derived("https://sp.example"));
        assert_ne!(derived("https://sp.example"), derived("https://sp.example/"));
        assert!(is_guid(&derived("")));
    }

    #[test]
    fn what_is_nearly_a_guid_is_none() {
        assert!(is_guid("8E5C0E0A-6A0E-4F0F-9A55-2A1F6B1D7C11"));
        for near in [
            "",
            "8e5c0e0a6a0e4f0f9a552a1f6b1d7c11",
            "8e5c0e0a-6a0e-4f0f-9a55-2a1f6b1d7c1g",
        ] {
            assert!(!is_guid(near), "{near}");
        }
    }
}
