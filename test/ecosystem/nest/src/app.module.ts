import 'reflect-metadata'
import { Body, Controller, Get, Injectable, Module, Param, Post, Put, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common'
import type { Create } from 'fastify-cqlalchemy/core'
import { db, User } from './models.js'

@Injectable()
export class Database implements OnModuleInit, OnApplicationShutdown {
  readonly db = db
  async onModuleInit () {
    await db.init({ keyspace: 'nest' })
    await db.createKeyspaceSimple('nest', 1)
    await db.syncDb()
  }

  async onApplicationShutdown () { await db.close() }
}

@Controller('users')
export class UsersController {
  @Post()
  create (@Body() body: Create<User>) { return User.create(body) }

  @Put()
  createOnce (@Body() body: Create<User>) { return User.objects.ifNotExists().create(body) }

  @Get(':uid')
  read (@Param('uid') uid: string) { return User.get({ uid }) } // nobody there: DoesNotExist, which Nest answers with 404
}

@Module({ controllers: [UsersController], providers: [Database] })
export class AppModule {}
