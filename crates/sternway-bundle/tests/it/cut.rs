//! Bundles that did not come over whole: cut off, or with bytes that changed on the way.

use crate::world::{bundle, dice, name_of, pack, refused, seal, unpack};

#[tokio::test]
async fn one_that_is_cut_off_after_any_entry_is_refused() {
    let whole = unpack(&bundle().await);
    for end in 0..whole.len() {
        let said = refused(&pack(&whole[..end]));
        match end {
            0 => assert!(said.contains("there is no manifest in it"), "{said}"),
            _ => assert_eq!(said, format!("the bundle is cut off in entry {}", end + 1)),
        }
    }
}

#[tokio::test]
async fn one_that_is_cut_off_within_the_tar_is_refused() {
    let whole = unpack(&bundle().await);
    let mut tar = Vec::new();
    for (header, body) in &whole {
        tar.extend_from_slice(header);
        tar.extend_from_slice(body);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    for end in (0..tar.len()).step_by(100) {
        let said = refused(&seal(&tar[..end]));
        let known = ["cut off", "cannot be unpacked", "no manifest"];
        assert!(known.iter().any(|words| said.contains(words)), "{end}: {said}");
    }
    // Without the blocks that end it, or with only one of them.
    for zeros in [0, 512] {
        tar.resize(tar.len() + zeros, 0);
        let said = refused(&seal(&tar));
        assert!(said.contains("its end"), "{said}");
    }
}

#[tokio::test]
async fn one_that_is_cut_off_anywhere_is_refused() {
    let whole = bundle().await;
    let mut seed = 7;
    for _ in 0..200 {
        let end = dice(&mut seed, whole.len());
        let said = refused(&whole[..end]);
        assert!(said.contains("cut off") || said.contains("not a bundle"), "{end}: {said}");
    }
    for end in whole.len() - 20..whole.len() {
        refused(&whole[..end]);
    }
}

#[tokio::test]
async fn a_byte_that_changed_anywhere_is_refused() {
    let whole = bundle().await;
    let mut seed = 11;
    for step in 0..300 {
        let place = dice(&mut seed, whole.len());
        let mut spoilt = whole.clone();
        spoilt[place] ^= 1 << dice(&mut seed, 8);
        let said = refused(&spoilt);
        assert!(!said.is_empty(), "{step}");
    }
    // The first and the last bytes are those around the entries.
    for place in (0..12).chain(whole.len() - 20..whole.len()) {
        for bit in 0..8 {
            let mut spoilt = whole.clone();
            spoilt[place] ^= 1 << bit;
            refused(&spoilt);
        }
    }
}

#[tokio::test]
async fn a_byte_that_changed_within_an_entry_is_named_by_that_entry() {
    let whole = unpack(&bundle().await);
    for place in 0..whole.len() {
        let mut spoilt = whole.clone();
        let middle = spoilt[place].1.len() / 2;
        spoilt[place].1[middle] ^= 0x10;
        let said = refused(&pack(&spoilt));
        let name = name_of(&whole[place]);
        assert!(said.contains(&name) && said.contains("do not have its digest"), "{said}");
    }
}

#[tokio::test]
async fn what_comes_after_the_end_is_refused() {
    let mut longer = bundle().await;
    longer.push(0);
    let said = refused(&longer);
    assert!(said.contains("its end"), "{said}");
    let twice = [bundle().await, bundle().await].concat();
    assert!(refused(&twice).contains("its end"));
}

#[test]
fn something_else_is_no_bundle() {
    for other in [b"".as_slice(), b"hello", &[0; 600], &seal(&[0; 1024]), &seal(b"a letter")] {
        let said = refused(other);
        assert!(said.contains("not a bundle") || said.contains("cut off"), "{said}");
    }
}
