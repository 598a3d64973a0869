# json: encoding, decoding, errors, options.
import decimal
import io
import json

data = {"a": [1, 2.5, -3e20, None, True, False], "b": {"nested": "é\n\t\"\\/\u2028\U0001f600"}, "c": [], "d": {}, "1": "x"}
text = json.dumps(data)
print(text)
print(json.loads(text) == data, json.dumps(data, ensure_ascii=False))
print(json.dumps(data, indent=2, sort_keys=True))
print(json.dumps([1, {"a": 2}], separators=(",", ":")), json.dumps({1: 2, None: 3, True: 4, 2.5: 5}), json.dumps((1, [2])))
print(json.dumps([float("nan"), float("inf"), -float("inf")]), json.loads("[NaN, Infinity, -Infinity]"))
for bad in ["", "[1,]", "{'a': 1}", '{"a" 1}', '["unclosed', "[1 2]", "nul", '"\\x"', '"\\ud800"', "01", "1.", "[1]x", '{"a":1,}', '"a\nb"', "-", '{"a":}']:
    try:
        print(repr(json.loads(bad)))
    except json.JSONDecodeError as e:
        print(e, e.pos, e.lineno, e.colno)
for bad in [{1, 2}, object, {(1,): 2}, b"x", 1j]:
    try:
        json.dumps(bad)
    except TypeError as e:
        print(e, getattr(e, "__notes__", []))
try:
    json.dumps(float("nan"), allow_nan=False)
except ValueError as e:
    print(e)
loop = []
loop.append(loop)
try:
    json.dumps(loop)
except ValueError as e:
    print(e)
print(json.dumps({(1,): 2, "k": 3}, skipkeys=True))


class Enc(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, complex):
            return [o.real, o.imag]
        return super().default(o)


print(json.dumps({"z": 1 + 2j}, cls=Enc), json.dumps({1, }, default=list))
print(json.loads('{"a": 1.10, "b": 3}', parse_float=decimal.Decimal, parse_int=lambda s: "int " + s))
print(json.loads('{"a": {"b": 1}}', object_hook=lambda d: sorted(d.items())), json.loads('{"a": 1, "a": 2}', object_pairs_hook=list))
f = io.StringIO()
json.dump({"k": [1, 2]}, f)
print(f.getvalue(), json.load(io.StringIO(" [1, 2]\n")), json.loads(b'"\xc3\xa9"'), json.loads("\ufeff1".encode("utf-8")))
print(json.loads('"\\u00e9\\ud83d\\ude00\\n"'), json.loads("123456789012345678901234567890"), json.loads("1e3"), json.loads("-0"), json.loads("-0.0"))
print(json.JSONDecoder().raw_decode("[1] rest"), list(json.JSONEncoder().iterencode([1, {"a": None}])))
print(json.dumps("\x00\x1f\x7f\ud800"), json.dumps(True), json.dumps(10**25), json.dumps(1e16), json.dumps(0.1))


class I(int):
    def __repr__(self): return "custom"


class S(str): pass


print(json.dumps([I(5), S("s")]), json.dumps({S("k"): I(1)}))
big = [{"id": i, "name": f"n{i}", "tags": ["a", "b"], "v": i / 7} for i in range(2000)]
print(json.loads(json.dumps(big)) == big, len(json.dumps(big, indent=1)))
