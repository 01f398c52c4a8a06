"""Restrictions of applications (限制申请办理签发出入境证件), as courts file, renew and release them."""
