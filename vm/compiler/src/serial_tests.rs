//! Round trips, and mutations that must never panic.

use super::*;
use crate::op::pack;

fn leaf(name: &str) -> Code {
    Code {
        name: name.into(),
        qualname: format!("outer.<locals>.{name}").into(),
        filename: "file.py".into(),
        firstlineno: 7,
        argcount: 1,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        flags: 3,
        nregs: 12,
        varnames: vec!["a".into(), "b".into()],
        cellvars: vec![("b".into(), 1)],
        freevars: vec!["x".into()],
        free_base: 2,
        names: vec!["print".into(), "attr".into()],
        consts: vec![
            Const::None,
            Const::Int(BigInt::from(-5)),
            Const::Int(BigInt::from(1) << 200),
            Const::Float(-0.0),
            Const::Complex(1.0, 2.0),
            Const::Str(Text::Utf8("h\u{e9}".into())),
            Const::Str(Text::Points([0xd800, 65].into())),
            Const::Bytes(vec![0, 255]),
            Const::Tuple(vec![Const::Str(Text::Utf8("end".into()))]),
            Const::FrozenSet(vec![Const::Ellipsis]),
            Const::Slice(Box::new((Const::None, Const::Bool(false), Const::None))),
        ],
        code: vec![
            pack(Op::CopyFree, 2, 1, 0),
            pack(Op::Resume, 0, 0, 0),
            pack(Op::LoadGlobal, 7, 0, 0),
            0,
            pack(Op::LoadConst, 8, 2, 0),
            pack(Op::CallKw, 0, 8, 1),
            8,
            pack(Op::JumpIfTrue, 0, 1, 0),
            pack(Op::JumpBack, 0, (-8i16) as u16, 0xffff),
            pack(Op::ReturnConst, 0, 0, 0),
        ],
        handlers: vec![Handler {
            start: 2,
            end: 7,
            target: 7,
            register: 3,
        }],
        positions: vec![
            (
                0,
                Position {
                    line: 7,
                    end_line: 7,
                    col: u32::MAX,
                    end_col: u32::MAX,
                },
            ),
            (
                2,
                Position {
                    line: 6,
                    end_line: 9,
                    col: 4,
                    end_col: 300,
                },
            ),
        ],
    }
}
fn outer() -> Code {
    let mut c = leaf("outer");
    c.consts.push(Const::Code(Box::new(leaf("inner"))));
    c
}

#[test]
fn round_trip() {
    let c = outer();
    let bytes = encode(&c);
    assert_eq!(decode(&bytes).unwrap(), c);
    assert_eq!(decode_trusted(&bytes).unwrap(), c);
}

#[test]
fn truncated_and_foreign() {
    let bytes = encode(&outer());
    for n in 0..bytes.len() {
        assert!(decode(&bytes[..n]).is_err());
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(decode(&longer), Err(DecodeError::Damaged));
    assert_eq!(decode(b"\x7fELF"), Err(DecodeError::Foreign));
    assert!(matches!(decode(&[0; 100]), Err(DecodeError::Foreign)));
}

/// Any single changed byte is noticed by the checksum; with the checksum made right, nothing panics and what is
/// accepted is sound.
#[test]
fn mutations() {
    let bytes = encode(&outer());
    for i in 0..bytes.len() {
        for flip in [1u8, 0x80, 0xff, 0x10] {
            let mut bad = bytes.clone();
            bad[i] ^= flip;
            assert!(decode(&bad).is_err(), "byte {i}");
        }
    }
    let mut seed = 12345u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for _ in 0..60_000 {
        let mut bad = bytes.clone();
        for _ in 0..1 + random() % 4 {
            let i = HEADER + (random() as usize) % (bad.len() - HEADER);
            match random() % 4 {
                0 => bad[i] = random() as u8,
                1 => bad[i] ^= 1 << (random() % 8),
                2 => {
                    bad.remove(i);
                }
                _ => bad.insert(i, random() as u8),
            }
        }
        let len = (bad.len() - HEADER) as u64;
        bad[16..24].copy_from_slice(&len.to_le_bytes());
        let sum = checksum(&bad[HEADER..]);
        bad[24..32].copy_from_slice(&sum.to_le_bytes());
        if let Ok(c) = decode(&bad) {
            assert_eq!(crate::validate::validate(&c), Ok(()));
        }
    }
}

#[test]
fn unsound_code_is_refused() {
    let with = |change: &dyn Fn(&mut Code)| {
        let mut c = leaf("f");
        change(&mut c);
        decode(&encode(&c))
    };
    assert!(with(&|_| ()).is_ok());
    assert!(with(&|c| c.code[7] = pack(Op::JumpIfTrue, 0, 2, 0)).is_err());
    assert!(with(&|c| c.code[4] = pack(Op::LoadConst, 12, 2, 0)).is_err());
    assert!(with(&|c| c.code[4] = pack(Op::LoadConst, 8, 90, 0)).is_err());
    assert!(with(&|c| c.code[4] = 0xffff).is_err());
    assert!(with(&|c| c.code[3] = 1).is_err());
    assert!(with(&|c| c.code[6] = 7).is_err());
    assert!(with(&|c| c.handlers[0].target = 3).is_err());
    assert!(with(&|c| c.code[9] = pack(Op::Nop, 0, 0, 0)).is_err());
    assert!(with(&|c| c.nregs = 1).is_err());
}
