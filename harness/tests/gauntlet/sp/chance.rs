//! Values that nobody can foresee.

/// So many random bytes.
pub(super) fn random_bytes(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    openssl::rand::rand_bytes(&mut bytes).unwrap();
    bytes
}

/// So many random bytes in hexadecimal.
pub(super) fn random(count: usize) -> String {
    random_bytes(count)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
