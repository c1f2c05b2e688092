"""安装 — an installation has a name, in its database and in its folder of files, so that neither is taken for another's."""

import asyncio
import secrets
from datetime import datetime

from service.errors import Unavailable
from service.office.desk import Desk
from service.store import files
from service.store.database import Connection


class Installing(Desk):
    """What is done once, when an installation is made."""

    async def install(self, now: datetime, *, adopt: bool = False) -> None:
        """Give this installation its name and mark its folder of files with it, which is made; done once, then nothing.

        With `adopt` the folder is taken whatever it says, as after it was lost or moved. Raises Unavailable for a folder
        that does not belong to this database.
        """
        async with self.database.transaction() as tx:
            new = secrets.token_hex(16)
            # who begins at the same time waits here for the one that was first, and finds the folder marked with its name
            name = await files.installation(tx) or await files.name_installation(tx, new, now)
            if not adopt:
                await self._refuse_others(tx, "" if name == new else name)
            if await asyncio.to_thread(self.folder.marked) != name:
                await asyncio.to_thread(self.folder.mark, name)

    async def _refuse_others(self, tx: Connection, known: str) -> None:
        found = await asyncio.to_thread(self.folder.marked)
        if found == known and known:
            return
        where = f"文件夹 {self.folder.path}（YIJIANSHI_FILES_DIR）"
        how = "确实要用它，请运行 yijianshi migrate --mark-files"
        if found:
            raise Unavailable(f"{where}是另一套系统的，请改成本系统的文件夹；{how}。")
        if known:
            raise Unavailable(f"{where}没有本系统的标记，请先把文件所在的磁盘挂上；{how}。")
        newest = await files.newest(tx)
        if newest and self.folder.missing({newest["sha256"]: newest["size"]}):
            raise Unavailable(f"{where}里没有数据库登记的文件，请先把文件所在的磁盘挂上；{how}。")
