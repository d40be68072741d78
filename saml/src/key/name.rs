//! Distinguished names as text (RFC 4514).

use std::fmt::Write;

use openssl::{nid::Nid, x509::X509NameRef};

use super::{KeyError, der::Value};

/// The name, its last part first. Types that RFC 4514 has no name for are written as numbers, their values as
/// the octets of their DER (sections 2.3, 2.4).
pub(super) fn rfc4514(name: &X509NameRef) -> Result<String, KeyError> {
    let der = name.to_der()?;
    let mut entries = name.entries();
    let mut parts = Vec::new();
    // Only the DER says which entries share a part; OpenSSL's entries come in the same order.
    for set in Value::first(&der).ok_or(KeyError::NotACertificate)?.values() {
        let mut part = Vec::new();
        for (pair, entry) in set.values().zip(entries.by_ref().take(set.values().count())) {
            part.push(match short(entry.object().nid()) {
                Some(kind) => format!("{kind}={}", escape(&entry.data().to_string()?)),
                None => {
                    let mut pair = pair.values();
                    let kind = pair.next().map(|oid| dotted(oid.content)).unwrap_or_default();
                    let octets = pair.next().map(|value| value.whole).unwrap_or_default();
                    format!("{kind}=#{}", hex(octets))
                }
            });
        }
        parts.push(part.join("+"));
    }
    parts.reverse();
    Ok(parts.join(","))
}

/// The names that RFC 4514 gives to types (section 3).
fn short(kind: Nid) -> Option<&'static str> {
    Some(match kind {
        Nid::COMMONNAME => "CN",
        Nid::LOCALITYNAME => "L",
        Nid::STATEORPROVINCENAME => "ST",
        Nid::ORGANIZATIONNAME => "O",
        Nid::ORGANIZATIONALUNITNAME => "OU",
        Nid::COUNTRYNAME => "C",
        Nid::STREETADDRESS => "STREET",
        Nid::DOMAINCOMPONENT => "DC",
        Nid::USERID => "UID",
        _ => return None,
    })
}

fn escape(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut out = String::with_capacity(value.len());
    for (at, c) in value.chars().enumerate() {
        match c {
            '\0' => out.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => out.extend(['\\', c]),
            '#' if at == 0 => out.push_str("\\#"),
            ' ' if at == 0 || at == last => out.push_str("\\ "),
            c => out.push(c),
        }
    }
    out
}

fn dotted(oid: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut arc = 0u64;
    for byte in oid {
        arc = arc.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            arcs.push(std::mem::take(&mut arc));
        }
    }
    let first = arcs.first().copied().unwrap_or_default();
    let root = (first / 40).min(2);
    let mut out = format!("{root}.{}", first - root * 40);
    for arc in arcs.iter().skip(1) {
        // Writing into a String cannot fail.
        let _ = write!(out, ".{arc}");
    }
    out
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::x509::X509NameBuilder;

    #[test]
    fn a_name_is_written_from_its_end_with_what_is_special_escaped() {
        let mut builder = X509NameBuilder::new().unwrap();
        for (kind, value) in [
            (Nid::COUNTRYNAME, "DE"),
            (Nid::ORGANIZATIONNAME, " Wörter + \"Söhne\", KG "),
            (Nid::COMMONNAME, "#1 <a;b>\\"),
        ] {
            builder.append_entry_by_nid(kind, value).unwrap();
        }
        let expected = r#"CN=\#1 \<a\;b\>\\,O=\ Wörter \+ \"Söhne\"\, KG\ ,C=DE"#;
        assert_eq!(rfc4514(&builder.build()).unwrap(), expected);
    }

    #[test]
    fn a_type_without_a_name_is_a_number_with_octets() {
        let mut builder = X509NameBuilder::new().unwrap();
        builder
            .append_entry_by_nid(Nid::PKCS9_EMAILADDRESS, "a@b")
            .unwrap();
        assert_eq!(
            rfc4514(&builder.build()).unwrap(),
            "1.2.840.113549.1.9.1=#1603614062"
        );
    }

    #[test]
    fn what_shares_a_part_is_joined_by_a_plus() {
        let oid = |last: u8| [0x06, 0x03, 0x55, 0x04, last];
        let pair = |last: u8, value: u8| [&[0x30, 0x08][..], &oid(last), &[0x0c, 0x01, value]].concat();
        let set = [&[0x31, 0x14][..], &pair(3, b'a'), &pair(11, b'b')].concat();
        let other = [&[0x31, 0x0a][..], &pair(10, b'o')].concat();
        let whole = [&[0x30, 0x22][..], &other, &set].concat();
        let name = openssl::x509::X509Name::from_der(&whole).unwrap();
        assert_eq!(rfc4514(&name).unwrap(), "CN=a+OU=b,O=o");
    }
}
