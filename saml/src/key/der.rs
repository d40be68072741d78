//! As much DER (X.690) as it takes to look into a name or a PKCS 12 file before OpenSSL does.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;

/// A value with its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// Tag, length and content.
    pub(super) whole: &'a [u8],
}

impl<'a> Value<'a> {
    /// The first value of these octets.
    pub(super) fn first(octets: &'a [u8]) -> Option<Self> {
        let (&tag, &length) = (octets.first()?, octets.get(1)?);
        let (start, length) = match length {
            0..=0x7f => (2, usize::from(length)),
            0x81..=0x84 => {
                let start = 2 + usize::from(length & 0x7f);
                let fold = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
                (start, octets.get(2..start)?.iter().fold(0, fold))
            }
            _ => return None,
        };
        let end = start.checked_add(length)?;
        Some(Self {
            tag,
            content: octets.get(start..end)?,
            whole: octets.get(..end)?,
        })
    }

    /// The values in its content, as far as they can be read.
    pub(super) fn values(self) -> impl Iterator<Item = Value<'a>> {
        all(self.content)
    }

    /// Whether it is made of values.
    pub(super) fn is_constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }
}

fn all<'a>(mut octets: &'a [u8]) -> impl Iterator<Item = Value<'a>> {
    std::iter::from_fn(move || {
        let value = Value::first(octets)?;
        octets = &octets[value.whole.len()..];
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_short_or_long_and_never_lead_beyond_the_end() {
        let long = [&[OCTETS, 0x82, 0x01, 0x00][..], &[7; 256]].concat();
        assert_eq!(Value::first(&long).unwrap().content, [7; 256]);
        let two = [0x30, 5, INTEGER, 1, 9, OCTETS, 0];
        let tags: Vec<_> = Value::first(&two).unwrap().values().map(|v| v.tag).collect();
        assert_eq!(tags, [INTEGER, OCTETS]);
        for cut in [
            &long[..200],
            &[OCTETS],
            &[OCTETS, 0x80],
            &[OCTETS, 0x84, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(Value::first(cut), None);
        }
    }

    proptest! {
        #[test]
        fn reading_garbage_ends(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(all(&bytes).count() <= bytes.len());
        }
    }
}
