//! Long coefficients against big integers, and arithmetic against identities.

use super::{Coef, Num, Round, Settings, Short, divide, limbs, multiply, parse, to_text};
use num_bigint::BigUint;

/// Numbers of many lengths, with runs of zeros and nines.
fn numbers() -> Vec<BigUint> {
    let mut x = 88172645463325252u64;
    let mut next = move || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x
    };
    let ten = |n| BigUint::from(10u32).pow(n);
    let mut v = vec![
        BigUint::from(0u32),
        BigUint::from(1u32),
        ten(36),
        ten(36) - 1u32,
        ten(720),
        ten(1500) - 1u32,
    ];
    for len in [1, 2, 3, 5, 17, 40, 41, 79, 80, 81, 200] {
        let digits: Vec<u8> = (0..len * 17).map(|_| b'0' + (next() % 10) as u8).collect();
        v.push(BigUint::parse_bytes(&digits, 10).unwrap_or_default());
        v.push(v[v.len() - 1].clone() / 1000u32 * ten(55) + ten(20));
    }
    v
}
fn of(n: &BigUint) -> Vec<u64> {
    Coef::from_big(n).to_limbs()
}
#[test]
fn big_integers_survive() {
    for n in numbers() {
        let c = Coef::from_big(&n);
        assert_eq!(c.to_big(), n);
        assert_eq!(String::from_utf8(c.text()).ok(), Some(n.to_string()));
        assert_eq!(Coef::from_text(n.to_string().as_bytes()), c);
        assert_eq!(c.digits() as usize, n.to_string().len());
    }
}
#[test]
fn products_and_quotients() {
    let all = numbers();
    for a in &all {
        for b in &all {
            let (x, y) = (of(a), of(b));
            assert_eq!(multiply::mul(&x, &y), of(&(a * b)));
            if !y.is_empty() {
                assert_eq!(divide::div_rem(x.clone(), &y), (of(&(a / b)), of(&(a % b))));
            }
            let mut sum = x.clone();
            limbs::add_to(&mut sum, &y);
            assert_eq!(sum, of(&(a + b)));
            limbs::sub_from(&mut sum, &x);
            assert_eq!(sum, y);
        }
    }
}
#[test]
fn shifts() {
    for n in numbers() {
        for by in [0, 1, 17, 18, 19, 35, 36, 300] {
            let up = Coef::from_big(&n).shift_left(by);
            let unit = BigUint::from(10u32).pow(by as u32);
            assert_eq!(up.to_big(), &n * &unit);
            assert_eq!(up.shift_right(by).0.to_big(), n);
            let c = Coef::from_big(&n);
            assert_eq!(c.shift_right(by).0.to_big(), &n / &unit);
            assert_eq!(c.low_digits(by).to_big(), &n % &unit);
        }
    }
}
fn num(text: &str) -> Num {
    parse(text.as_bytes()).unwrap_or_else(Num::nan)
}
fn text(n: &Num) -> String {
    String::from_utf8(to_text(n, false, true)).unwrap_or_default()
}
#[test]
fn functions_and_their_inverses_agree() {
    for prec in [5, 28, 100, 1000] {
        let s = Settings { prec, ..Settings::MAX };
        let more = Settings { prec: prec + 5, ..s };
        for t in ["2", "0.3", "12345.678", "1.0000001", "1E-30", "99"] {
            let (n, mut st) = (num(t), 0);
            let back = n.ln(&more, &mut st).exp(&more, &mut st).finish(&s, &mut st);
            let near = |x: &Num| {
                let off = x.sub(&n, &Settings::MAX, &mut 0);
                off.coef.is_zero() || off.adjusted() <= n.adjusted() - prec + 1
            };
            assert!(near(&back), "{t}");
            let root = n.sqrt(&more, &mut st);
            let square = root.mul(&root, &s, &mut st);
            assert!(near(&square), "{t}");
        }
    }
}
#[test]
fn known_digits() {
    let s = Settings { prec: 50, ..Settings::MAX };
    let mut st = 0;
    assert_eq!(
        text(&num("1").exp(&s, &mut st)),
        "2.7182818284590452353602874713526624977572470937000"
    );
    assert_eq!(
        text(&num("2").sqrt(&s, &mut st)),
        "1.4142135623730950488016887242096980785696718753769"
    );
    assert_eq!(
        text(&num("10").ln(&s, &mut st)),
        "2.3025850929940456840179914546843642076011014886288"
    );
}
#[test]
fn the_short_way_is_the_long_way() {
    let mut x = 1u128;
    let mut next = || {
        x = x
            .wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645)
            .wrapping_add(0x5851_F42D_4C95_7F2D);
        x >> 3
    };
    let mut short = || {
        let digits = (next() % 36) as u32 + 1;
        let coef = match next() % 3 {
            0 => 10u128.pow(digits) - 1,
            1 => 10u128.pow(digits - 1) * 5,
            _ => next() % 10u128.pow(digits),
        };
        Num::new(next() % 2 == 0, Coef::Small(coef), (next() % 50) as i64 - 25)
    };
    let mut rounds = Round::ALL.iter().cycle();
    for i in 0..30_000 {
        let (a, b) = (short(), short());
        let round = *rounds.next().unwrap_or(&Round::Up);
        let s = Settings {
            prec: 1 + i % 40,
            round,
            ..Settings::MAX
        };
        let same = |what: &str, quick: Option<Short>, st: u32, n: Num, general: u32| {
            if let Some(quick) = quick {
                assert_eq!((text(&quick.into()), st), (text(&n), general), "{what} {a:?} {b:?} {s:?}");
            }
        };
        let (Some(p), Some(q)) = (a.short(), b.short()) else { continue };
        let (mut st, mut general) = (0, 0);
        let n = a.add(&b, &s, &mut general);
        same("add", p.add(&q, false, &s, &mut st), st, n, general);
        (st, general) = (0, 0);
        let n = a.mul(&b, &Settings::MAX, &mut general).finish(&s, &mut general);
        same("mul", p.mul(&q, &s, &mut st), st, n, general);
        (st, general) = (0, 0);
        let n = a.quantize(&b, &s, &mut general);
        same("quantize", p.quantize(q.exp, &s, &mut st), st, n, general);
        let s = s.rounding(Round::Down);
        let long = Settings { prec: 90, ..s };
        (st, general) = (0, 0);
        let n = a.div(&b, &long, &mut general).finish(&s, &mut general);
        same("div", p.div(&q, &s, &mut st), st, n, general);
        assert!(p.order(&q).is_none_or(|o| o == a.order(&b)));
    }
}
