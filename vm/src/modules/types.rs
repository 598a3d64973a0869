//! The module `_types`: classes of the VM that have no name among the builtins.

use crate::context::ctx;
use crate::native::ModuleDef;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_types",
    doc: "Define names for built-in types.",
    functions: &[],
    init: |th, m| {
        let t = &ctx().types;
        for (name, class) in [
            ("AsyncGeneratorType", t.async_generator),
            ("BuiltinFunctionType", t.native_function),
            ("BuiltinMethodType", t.native_function),
            ("CellType", t.cell),
            ("ClassMethodDescriptorType", t.classmethod_descriptor),
            ("CodeType", t.code),
            ("CoroutineType", t.coroutine),
            ("EllipsisType", t.ellipsis),
            ("FrameType", t.frame),
            ("FunctionType", t.function),
            ("GeneratorType", t.generator),
            ("GenericAlias", t.generic_alias),
            ("GetSetDescriptorType", t.getset_descriptor),
            ("LambdaType", t.function),
            ("MappingProxyType", t.mappingproxy),
            ("MemberDescriptorType", t.member_descriptor),
            ("MethodDescriptorType", t.method_descriptor),
            ("MethodType", t.bound_method),
            ("MethodWrapperType", t.method_wrapper),
            ("ModuleType", t.module),
            ("NoneType", t.none),
            ("NotImplementedType", t.not_implemented),
            ("SimpleNamespace", t.simple_namespace),
            ("TracebackType", t.traceback),
            ("UnionType", t.union),
            ("WrapperDescriptorType", t.wrapper_descriptor),
        ] {
            let name = th.intern(name);
            th.setattr(m, name, class.value())?;
        }
        Ok(())
    },
};
